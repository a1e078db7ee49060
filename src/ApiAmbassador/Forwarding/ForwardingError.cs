using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Forwarding;

/// <summary>What went wrong, as YARP's forwarder tells it.</summary>
internal sealed record ForwardingError(ForwarderError Error, Exception? Exception) : IForwarderErrorFeature;
