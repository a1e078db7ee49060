using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public class AdminTokenRuleTests
{
    private const string Good = "0123456789abcdef";

    [Fact]
    public async Task Token_of_16_visible_letters_is_taken_and_by_default_there_is_none()
    {
        (await Settings.CheckAsync(Settings.With("Ambassador:Admin:Token", $"\"{Good}\""))).Errors.ShouldBeEmpty();
        AdminTokenRule.Read(new AdminOptions()).ShouldBe((null, null));
    }

    [Theory]
    [InlineData("0123456789abcde", "16 to 1024 letters, not 15")]
    [InlineData("", "16 to 1024 letters, not 0")]
    [InlineData("0123456789 abcdef", "no space")]
    [InlineData("0123456789abcdeé", "visible ASCII")]
    public async Task Token_that_is_none_is_refused_without_being_repeated(string token, string fragment)
    {
        var error = (await Settings.CheckAsync(Settings.With("Ambassador:Admin:Token", $"\"{token}\""))).Errors.ShouldHaveSingleItem();

        error.ToString().ShouldContain(fragment);
        error.Path.ShouldBe("Ambassador:Admin:Token");
        error.Message.Contains(token, StringComparison.Ordinal).ShouldBe(token.Length == 0);
    }

    [Fact]
    public async Task Token_and_file_together_are_refused()
    {
        var error = (await Settings.CheckAsync(Settings.With("Ambassador:Admin", $$"""{ "Token": "{{Good}}", "TokenFile": "/nowhere" }"""))).Errors.ShouldHaveSingleItem();

        error.Message.ShouldContain("set one of them");
    }

    [Fact]
    public async Task File_that_is_not_there_is_refused_with_its_path()
    {
        var error = (await Settings.CheckAsync(Settings.With("Ambassador:Admin:TokenFile", "\"/nowhere/token\""))).Errors.ShouldHaveSingleItem();

        error.Message.ShouldBe("the file /nowhere/token cannot be read");
    }

    [Fact]
    public void File_is_read_each_time_without_the_white_space_around_it()
    {
        using var directory = new TempDirectory();
        var options = new AdminOptions { TokenFile = Path.Combine(directory.Path, "token") };
        directory.Write("token", $"  {Good}\n");
        AdminTokenRule.Read(options).ShouldBe((Good, null));

        directory.Write("token", "another-0123456789\r\n");
        AdminTokenRule.Read(options).Token.ShouldBe("another-0123456789");

        directory.Write("token", "short");
        AdminTokenRule.Read(options).Problem!.ShouldContain("16 to 1024");

        directory.Write("token", new string('x', 1025));
        AdminTokenRule.Read(options).Token.ShouldBeNull();
    }

    [Fact]
    public async Task Fifo_is_not_waited_for()
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "token");
        LibC.MakeFifo(path);

        var read = await Task.Run(() => AdminTokenRule.ReadFile(path), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        read.ShouldBe((null, $"the file {path} is empty or no ordinary file"));
    }
}
