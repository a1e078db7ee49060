using ApiAmbassador.Hosting;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>The first thing a visitor sees.</summary>
public class DemoTests
{
    [Fact]
    public async Task Demo_tenSecondsPiped_clientSeesNoFailureAndEveryLineFits()
    {
        await using var demo = ExternalProcess.Start("dotnet", "exec", typeof(AmbassadorHost).Assembly.Location, "demo", "--seconds", "10");

        (await demo.WaitForEndAsync(TimeSpan.FromSeconds(40))).ShouldBe(0, demo.ToString());

        demo.Output.Split('\n').ShouldAllBe(line => line.Length <= 80);
        demo.Output.ShouldNotContain("\u001b"); // Piped, it is plain.
        demo.Output.ShouldContain("the ambassador leaves stable-2 out");
        demo.Output.ShouldContain("stable-2 gets requests again");
        demo.Output.ShouldContain("50 % of the users on the canary");
        demo.Output.ShouldContain(" 0 failed");
    }

    [Theory]
    [InlineData("--seconds", "0", "--seconds takes 1 to 86400.")]
    [InlineData("--port", "70000", "--port takes 0 to 65535.")]
    public async Task Demo_badOption_isSaid(string option, string value, string message)
    {
        await using var demo = ExternalProcess.Start("dotnet", "exec", typeof(AmbassadorHost).Assembly.Location, "demo", option, value);

        (await demo.WaitForEndAsync(TimeSpan.FromSeconds(30))).ShouldBe(1);
        demo.Error.ShouldContain(message);
    }
}
