using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public sealed class ConfigGathererTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Sources_lie_over_each_other_in_order()
    {
        // Each key is written by all sources up to the one it is named after.
        _directory.Write("program/appsettings.json", """{ "X": { "program": 1, "environment-file": 1, "a-file": 1, "b-file": 1, "variable": 1 } }""");
        _directory.Write("program/appsettings.Test.json", """{ "X": { "environment-file": 2, "a-file": 2, "b-file": 2, "variable": 2 } }""");
        _directory.Write("config/a.json", """{ "X": { "a-file": 3, "b-file": 3, "variable": 3 } }""");
        _directory.Write("config/b.json", """{ "X": { "b-file": 4, "variable": 4 } }""");

        var gathered = Gather(("ASPNETCORE_ENVIRONMENT", "Test"), ("X__variable", "5"));

        gathered.Errors.ShouldBeEmpty();
        string.Join(' ', gathered.Root.Flatten().Select(pair => $"{pair.Key}={pair.Value}"))
            .ShouldBe("X:program=1 X:environment-file=2 X:a-file=3 X:b-file=4 X:variable=5");
        gathered.Files.Select(Path.GetFileName).ShouldBe(["appsettings.json", "appsettings.Test.json", "a.json", "b.json"]);
    }

    [Fact]
    public void Short_form_lies_over_variables()
    {
        var gathered = Gather(
            ("AMBASSADOR_DESTINATIONS", "http://short:8080"), ("ReverseProxy__Clusters__api__Destinations__x__Address", "http://variable:8080"));

        gathered.Root.Flatten().Where(pair => pair.Key.EndsWith(":Address", StringComparison.Ordinal)).ShouldHaveSingleItem().Value.ShouldBe("http://short:8080");
    }

    [Theory]
    [InlineData("DOTNET_ENVIRONMENT", "appsettings.Test.json")]
    [InlineData("UNRELATED", "appsettings.Production.json")]
    public void Environment_name_chooses_the_second_settings_file(string variable, string file)
    {
        _directory.Write("program/" + file, """{ "X": { "a": 1 } }""");

        Gather((variable, "Test")).Files.ShouldBe([file]);
    }

    [Theory]
    [InlineData("Routes")]
    [InlineData("Clusters")]
    public void Same_id_in_two_files_is_an_error_that_names_both(string kind)
    {
        var first = _directory.Write("config/a.json", $$"""{ "ReverseProxy": { "{{kind}}": { "api": {} } } }""");
        var second = _directory.Write("config/b.json", $$"""{ "ReverseProxy": {{'\n'}} { "{{kind}}": { "API": {} } } }""");

        var error = Gather().Errors.ShouldHaveSingleItem();

        error.Place.ShouldBe(new Place(second, 2));
        error.Path.ShouldBe($"ReverseProxy:{kind}:API");
        error.Message.ShouldContain($"is defined in {first}:1 already");
    }

    [Fact]
    public void Same_id_in_appsettings_and_a_route_file_is_an_overlay()
    {
        _directory.Write("program/appsettings.json", """{ "ReverseProxy": { "Clusters": { "api": { "LoadBalancingPolicy": "Random" } } } }""");
        _directory.Write("config/a.json", """{ "ReverseProxy": { "Clusters": { "api": { "LoadBalancingPolicy": "RoundRobin" } } } }""");

        var gathered = Gather();

        gathered.Errors.ShouldBeEmpty();
        gathered.Root.Find("ReverseProxy", "Clusters", "api", "LoadBalancingPolicy")?.Value.ShouldBe("RoundRobin");
    }

    [Fact]
    public void Missing_directory_that_an_argument_names_is_an_error()
    {
        var error = ConfigGatherer.Gather(new ConfigSources(_directory.Path, Missing, Settings.Variables())).Errors.ShouldHaveSingleItem();

        error.ToString().ShouldContain(Missing);
        error.Message.ShouldBe("the config directory (--config) is not there");
    }

    [Fact]
    public void Missing_directory_that_a_variable_names_is_an_error()
    {
        var sources = new ConfigSources(_directory.Path, ConfigDirectory: null, Settings.Variables(("AMBASSADOR_CONFIG", Missing)));

        ConfigGatherer.Gather(sources).Errors.ShouldHaveSingleItem().Message.ShouldBe("the config directory (AMBASSADOR_CONFIG) is not there");
    }

    [Fact]
    public void Directory_of_more_files_than_routes_need_is_read_not_at_all()
    {
        for (var i = 0; i < ConfigGatherer.FilesMax; i++)
        {
            _directory.Write($"config/{i}.json", $$"""{ "X": { "a{{i}}": 1 } }""");
        }

        Gather().Root.Flatten().Count().ShouldBe(ConfigGatherer.FilesMax);

        _directory.Write("config/more.json", """{ "X": { "more": 1 } }""");
        var gathered = Gather();

        gathered.Errors.ShouldHaveSingleItem().Message.ShouldBe("the config directory cannot be read: it holds more than 1000 files *.json; name the one with the route files alone");
        gathered.Root.Flatten().ShouldBeEmpty();
    }

    [Fact]
    public void Missing_directory_that_nobody_names_is_no_error()
    {
        Directory.Exists("config").ShouldBeFalse("the test needs a working directory without one");

        ConfigGatherer.Gather(new ConfigSources(_directory.Path, ConfigDirectory: null, Settings.Variables())).Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Argument_goes_before_the_variable()
    {
        _directory.Write("config/a.json", """{ "X": { "a": 1 } }""");

        Gather(("AMBASSADOR_CONFIG", Missing)).Errors.ShouldBeEmpty();
    }

    [Fact]
    public void File_in_place_of_the_directory_is_an_error()
    {
        var file = _directory.Write("routes.json", "{}");

        ConfigGatherer.Gather(new ConfigSources(_directory.Path, file, Settings.Variables())).Errors.ShouldHaveSingleItem()
            .Message.ShouldContain("is a file, not a directory; name the directory that holds it");
    }

    [Fact]
    public void Other_files_and_folders_below_are_not_read()
    {
        _directory.Write("config/below/c.json", "broken");
        _directory.Write("config/notes.txt", "broken");

        var gathered = Gather();

        gathered.Files.ShouldBeEmpty();
        gathered.Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Schema_is_taken_and_is_no_setting()
    {
        _directory.Write("config/a.json", """{ "$schema": "schema/routes.schema.json", "X": { "a": 1 } }""");

        var gathered = Gather();

        gathered.Errors.ShouldBeEmpty();
        gathered.Root.Children.Keys.ShouldBe(["X"]);
    }

    [Fact]
    public void Broken_file_does_not_hide_the_others()
    {
        var broken = _directory.Write("config/a.json", "{");
        _directory.Write("config/b.json", """{ "X": { "a": 1 } }""");

        var gathered = Gather();

        gathered.Errors.ShouldHaveSingleItem().Place!.Value.Source.ShouldBe(broken);
        gathered.Configuration["X:a"].ShouldBe("1");
    }

    [Fact]
    public async Task Fifo_is_an_error_and_not_waited_for()
    {
        LibC.MakeFifo(Path.Combine(Directory.CreateDirectory(Path.Combine(_directory.Path, "config")).FullName, "a.json"));

        await IsNoFileAsync();
    }

    [Fact]
    public async Task Device_is_an_error_and_not_read()
    {
        File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Path.Combine(_directory.Path, "config")).FullName, "a.json"), "/dev/zero");

        await IsNoFileAsync();
    }

    [Fact]
    public async Task Empty_file_is_an_error()
    {
        _directory.Write("config/a.json", "");

        await IsNoFileAsync();
    }

    [Fact]
    public void Links_to_links_are_followed()
    {
        // As Kubernetes mounts a ConfigMap.
        _directory.Write("config/1/a.json", """{ "X": { "a": 1 } }""");
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "config/data"), "1");
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "config/a.json"), "data/a.json");

        var gathered = Gather();

        gathered.Errors.ShouldBeEmpty();
        gathered.Configuration["X:a"].ShouldBe("1");
    }

    private async Task IsNoFileAsync()
    {
        // What waits at it waits for ever.
        var gathered = await Task.Run(() => Gather(), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        gathered.Errors.ShouldHaveSingleItem().Message.ShouldBe("is empty or no ordinary file");
    }

    private string Missing => Path.Combine(_directory.Path, "missing");

    private Gathered Gather(params (string Name, string Value)[] variables) => ConfigGatherer.Gather(Settings.Sources(_directory, variables));
}
