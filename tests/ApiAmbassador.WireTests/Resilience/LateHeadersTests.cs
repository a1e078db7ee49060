using ApiAmbassador.Resilience;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>Headers that come in the very moment in which an attempt's time is over, as they do on a busy machine: a timeout like any other, not a client that left.</summary>
public class LateHeadersTests
{
    [Fact]
    public async Task Get_isTriedAgain()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        (await ambassador.GetAsync()).ShouldBe("one");
        one.RequestCount.ShouldBe(2);
    }

    [Fact]
    public async Task Post_isToldThatTheTimeIsOver()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var response = await ambassador.SendAsync("POST", "/");

        response.Status().ShouldBe(504);
        (await response.TextAsync()).ShouldContain("upstream_timeout");
        one.RequestCount.ShouldBe(1);
    }

    private static Task<RunningAmbassador> StartAsync(ScriptedDestination one) => RunningAmbassador.StartAsync(
        new AmbassadorSetup().WithFile(
            """
            {
              "ReverseProxy": {
                "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" }, "Retry": { "PerAttemptTimeout": "00:00:02" }, "Transforms": [ { "ResponseHeadersCopy": "true" } ] } },
                "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}" } } } }
              }
            }
            """,
            ("one", one.Address)),
        services => services.AddSingleton<ITransformProvider, LateHeaders>());

    /// <summary>Holds the headers of a first attempt until its time is over, after the client of the destination has them and before anybody else.</summary>
    private sealed class LateHeaders : ITransformProvider
    {
        public void ValidateRoute(TransformRouteValidationContext context)
        {
        }

        public void ValidateCluster(TransformClusterValidationContext context)
        {
        }

        public void Apply(TransformBuilderContext context) => context.ResponseTransforms.Insert(0, new ResponseFuncTransform(async response =>
        {
            var loop = response.HttpContext.Features.Get<AttemptLoop>()!;
            if (loop.Number == 1)
            {
                await Eventually.SeesAsync(() => loop.Timeout!.IsCancellationRequested, isOver => isOver);
            }
        }));
    }
}
