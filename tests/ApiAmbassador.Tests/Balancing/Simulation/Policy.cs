namespace ApiAmbassador.Tests.Balancing.Simulation;

/// <summary>The ways to choose that are compared.</summary>
internal enum Policy
{
    PeakEwma,
    LeastRequests,

    /// <summary>YARP's default until ours: two drawn by lot, the one with fewer requests.</summary>
    PowerOfTwo,
    RoundRobin,
}
