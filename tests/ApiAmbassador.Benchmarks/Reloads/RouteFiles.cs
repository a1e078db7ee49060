namespace ApiAmbassador.Benchmarks.Reloads;

/// <summary>The configurations that are reloaded.</summary>
internal static class RouteFiles
{
    public const int Clusters = 1_000, Destinations = 10;

    /// <summary>A cluster with one instance, which takes all requests.</summary>
    public static string Small(int port) => Text(Api(port));

    /// <summary>The same beside a thousand clusters, each with a route; the number makes one destination of each another one.</summary>
    public static string Big(int port, int number) => Text([Api(port), .. Enumerable.Range(0, Clusters).Select(cluster => Others(cluster, number))]);

    /// <summary>The same with another one in a single cluster.</summary>
    public static string BigWithSmallChange(int port, int number) =>
        Text([Api(port), .. Enumerable.Range(0, Clusters).Select(cluster => Others(cluster, cluster == number % Clusters ? number : 0))]);

    /// <summary>Ten destinations, of which each number moves one, re-weighs one and leaves one out.</summary>
    public static string Changing(int number) => Text(("api", string.Join(", ", Enumerable.Range(0, Destinations)
        .Where(destination => destination != number % Destinations)
        .Select(destination => Destination(destination, host: destination == (number + 1) % Destinations ? number % 250 : 0, weight: destination == (number + 2) % Destinations ? 5 : 1)))));

    private static (string, string) Api(int port) => ("api", $$"""
        "it": { "Address": "http://127.0.0.1:{{port}}" }
        """);

    private static (string, string) Others(int cluster, int number) => ($"c{cluster}", string.Join(", ", Enumerable.Range(0, Destinations)
        .Select(destination => Destination(destination, host: destination == number % Destinations ? number % 250 : 0, weight: 1 + (destination % 3)))));

    private static string Destination(int destination, int host, int weight) => $$"""
        "d{{destination}}": { "Address": "http://10.1.{{destination}}.{{host}}:8080", "Weight": {{weight}} }
        """;

    private static string Text(params (string Id, string Destinations)[] clusters)
    {
        var routes = clusters.Select(cluster => $$"""
            "{{cluster.Id}}": { "ClusterId": "{{cluster.Id}}", "Match": { "Path": "/{{(cluster.Id == "api" ? "" : cluster.Id + "/")}}{**rest}" } }
            """);
        var written = clusters.Select(cluster => $$"""
            "{{cluster.Id}}": { "Destinations": { {{cluster.Destinations}} } }
            """);
        return $$"""{ "ReverseProxy": { "Routes": { {{string.Join(",\n", routes)}} }, "Clusters": { {{string.Join(",\n", written)}} } } }""";
    }
}
