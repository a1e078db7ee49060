using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>Mistakes in the framework's own sections, which the framework reads and throws for.</summary>
public class FrameworkSettingsTests
{
    [Theory]
    [InlineData("Kestrel__Limits__MaxConcurrentConnections", "s3cret", "Kestrel:Limits:MaxConcurrentConnections")]
    [InlineData("Logging__LogLevel__Default", "s3cret", "Logging:LogLevel")]
    [InlineData("Ambassador__Listen__0", "https://127.0.0.1:0", "needs a certificate")]
    [InlineData("Ambassador__Admin__Listen", "https://127.0.0.1:0", "needs a certificate")]
    public async Task FrameworkSetting_thatCannotBeRead_isOneSentenceWithoutTheValue(string variable, string value, string expected)
    {
        var (_, errors) = await Settings.CheckAsync(Settings.Valid, (variable, value));

        var error = errors.ShouldHaveSingleItem().ToString();
        error.ShouldContain(expected);
        error.ShouldNotContain("s3cret");
    }
}
