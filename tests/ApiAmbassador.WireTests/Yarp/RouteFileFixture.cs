using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>An ambassador with a route file of this folder before one destination, shared by the tests of a class.</summary>
public abstract class RouteFileFixture(string file) : IAsyncLifetime
{
    public ScriptedDestination One { get; } = ScriptedDestination.Start("one", Reply.Ok("one"));

    public RunningAmbassador Ambassador { get; private set; } = null!;

    /// <summary>What the destination received last.</summary>
    public ReceivedRequest Received => One.Requests[^1];

    public async ValueTask InitializeAsync() =>
        Ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithRouteFile(file, ("one", One.Address)));

    public async ValueTask DisposeAsync()
    {
        if (Ambassador is not null)
        {
            await Ambassador.DisposeAsync();
        }

        await One.DisposeAsync();
    }
}
