using ApiAmbassador.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>What an ambassador is made of that keeps it small and fast, and that a framework's next version may quietly undo.</summary>
public sealed class SmallStartTests
{
    [Fact]
    public async Task Start_makesNoKeys_andReadsIntoOurMemory()
    {
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", "http://127.0.0.1:9"));

        ambassador.Services.GetServices<IHostedService>().Select(service => service.GetType().Name).ShouldNotContain("DataProtectionHostedService");
        ambassador.Services.GetRequiredService<IMemoryPoolFactory<byte>>().ShouldBeOfType<TransportMemory>();
    }
}
