using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public class ShortFormTests
{
    private const string Variable = "AMBASSADOR_DESTINATIONS";

    [Theory]
    [InlineData("http://one:8080", "one-8080=http://one:8080*1")]
    [InlineData("http://one:8080=90,http://two:8080=10", "one-8080=http://one:8080*90 two-8080=http://two:8080*10")]
    [InlineData("  http://one:8080 = 90 ,, http://two:8080  ", "one-8080=http://one:8080*90 two-8080=http://two:8080*1")]
    [InlineData("http://one:8080=0, http://two:8080=1", "one-8080=http://one:8080*0 two-8080=http://two:8080*1")]
    [InlineData("http://one/a=b=7", "one-80/a=b=http://one/a=b*7")]
    [InlineData("https://one", "one-443=https://one*1")]
    [InlineData("http://[::1]:8080=3", "..1-8080=http://[::1]:8080*3")]
    [InlineData("http://one/v1, http://one/v2", "one-80/v1=http://one/v1*1 one-80/v2=http://one/v2*1")]
    public void Destinations_are_read_with_their_weights(string text, string expected)
    {
        var gathered = Settings.Gather("{}", (Variable, text));

        gathered.Errors.ShouldBeEmpty();
        string.Join(' ', gathered.Root.Find("ReverseProxy", "Clusters", "api", "Destinations")!.Children.Select(
                destination => $"{destination.Key}={destination.Value.Find("Address")!.Value}*{destination.Value.Find("Weight")?.Value ?? "1"}"))
            .ShouldBe(expected);
    }

    [Theory]
    [InlineData("one:8080", "did you mean 'http://one:8080'?")]
    [InlineData("http://one:8080=much", "the weight of 'http://one:8080' is not a whole number")]
    [InlineData("http://one:8080=-1", "the weight of 'http://one:8080' is not a whole number")]
    [InlineData("http://one:8080=1.5", "the weight of 'http://one:8080' is not a whole number")]
    [InlineData("http://one:8080=", "the weight of 'http://one:8080' is not a whole number")]
    [InlineData("http://one:8080, http://one:8080=2", "'http://one:8080' is listed twice")]
    [InlineData("http://one/?a=5", "'http://one/' has a query or a fragment")]
    [InlineData("=5", "a destination needs an Address")]
    [InlineData(" , ", "holds 0 destinations; it takes 1 to 1000")]
    public void What_cannot_be_read_is_an_error_at_the_variable(string text, string fragment)
    {
        var error = Settings.Gather("{}", (Variable, text)).Errors.ShouldHaveSingleItem();

        error.Message.ShouldContain(fragment);
        error.Place!.ToString().ShouldBe("environment variable AMBASSADOR_DESTINATIONS");
    }

    [Theory]
    [InlineData(1000, 0)]
    [InlineData(1001, 1)]
    public void Destinations_are_bounded(int count, int errors)
    {
        var text = string.Join(',', Enumerable.Range(1, count).Select(i => $"http://host{i}"));

        Settings.Gather("{}", (Variable, text)).Errors.Count.ShouldBe(errors);
    }

    [Fact]
    public void Every_mistake_is_told_at_once_and_nothing_is_applied()
    {
        var gathered = Settings.Gather("{}", (Variable, "one:1, http://two:2=x, http://three:3"));

        gathered.Errors.Count.ShouldBe(2);
        gathered.Root.Find("ReverseProxy").ShouldBeNull();
    }

    [Fact]
    public void Settings_of_the_cluster_and_the_route_stay_and_its_destinations_are_replaced()
    {
        var gathered = Settings.Gather(
            """
            { "ReverseProxy": {
              "Routes": { "api": { "Order": 7, "Match": { "Hosts": ["x.example"] } } },
              "Clusters": { "api": { "LoadBalancingPolicy": "Random", "Destinations": { "old": { "Address": "http://old" } } } } } }
            """,
            (Variable, "http://new"));

        gathered.Errors.ShouldBeEmpty();
        gathered.Root.Flatten().Select(pair => $"{pair.Key}={pair.Value}").ShouldBe(
        [
            "ReverseProxy:Routes:api:Order=7", "ReverseProxy:Routes:api:Match:Hosts:0=x.example", "ReverseProxy:Routes:api:ClusterId=api",
            "ReverseProxy:Clusters:api:LoadBalancingPolicy=Random", "ReverseProxy:Clusters:api:Destinations:new-80:Address=http://new",
        ]);
    }

    [Fact]
    public async Task Variable_alone_is_a_whole_configuration()
    {
        var (snapshot, errors) = await Settings.CheckAsync("{}", (Variable, "http://one:8080=3, http://two:8080"));

        errors.ShouldBeEmpty();
        snapshot.Routes["api"].Config.ClusterId.ShouldBe("api");
        snapshot.Routes["api"].Config.Match.Path.ShouldBe("{**catch-all}");
        snapshot.Clusters["api"].Config.LoadBalancingPolicy.ShouldBe("WeightedRoundRobin");
    }

    [Theory]
    [InlineData("AMBASSADOR_DESTINATION", "AMBASSADOR_DESTINATIONS")]
    [InlineData("AMBASSADOR_DESTINATOINS", "AMBASSADOR_DESTINATIONS")]
    [InlineData("ambassador_confg", "AMBASSADOR_CONFIG")]
    public void Misspelt_variable_is_an_error(string name, string meant)
    {
        var error = Settings.Gather("{}", (name, "x")).Errors.ShouldHaveSingleItem();

        error.ToString().ShouldContain(name);
        error.Message.ShouldBe($"unknown variable; did you mean '{meant}'?");
    }

    [Theory]
    [InlineData("AMBASSADOR_SERVICE_HOST")]
    [InlineData("AMBASSADOR_SERVICE_PORT")]
    [InlineData("AMBASSADOR_PORT_8080_TCP_ADDR")]
    [InlineData("DESTINATIONS")]
    public void Variables_of_others_are_left_alone(string name)
    {
        Settings.Gather("{}", (name, "x")).Errors.ShouldBeEmpty();
    }
}
