using System.Globalization;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Passing;

/// <summary>Bodies much larger than the memory they may cost. The size can be raised for a run by hand.</summary>
public class LargeBodyTests
{
    private const string SizeVariable = "AMBASSADOR_TESTS_BODY_MIB";

    private const long Mebibyte = 1024 * 1024;

    /// <summary>Buffers of the sockets and pipes, and code that is compiled on the way; a tenth of it would do for the former.</summary>
    private const long GrowthMax = 32 * Mebibyte;

    private static readonly long Size = Mebibyte * int.Parse(Environment.GetEnvironmentVariable(SizeVariable) ?? "96", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2-prior-knowledge")]
    public async Task Body_farAboveTheMemory_comesDownAndGoesUpInConstantMemory(string version)
    {
        using var file = new SparseFile(Size);
        await using var source = await Nginx.StartAsync("source", $"root {file.Directory}; location = /warm {{ return 200 warm; }}");
        await using var sink = ScriptedDestination.Start("sink", request => Reply.Ok($"{request.Method}"));
        using var setup = new AmbassadorSetup().WithFile(
            """
            {
              "ReverseProxy": {
                "Routes": {
                  "down": { "ClusterId": "source", "Match": { "Methods": [ "GET" ], "Path": "{**any}" } },
                  "up": { "ClusterId": "sink", "Match": { "Methods": [ "PUT" ], "Path": "{**any}" } }
                },
                "Clusters": {
                  "source": { "Destinations": { "one": { "Address": "{source}" } } },
                  "sink": { "Destinations": { "one": { "Address": "{sink}" } } }
                }
              }
            }
            """,
            ("source", source.Address), ("sink", sink.Address));
        await using var ambassador = AmbassadorProcess.Start(setup, "run");
        var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(ambassador);
        (await Curl.RunAsync(version, $"{data}warm")).Output.ShouldBe("warm");
        (await Curl.RunAsync(version, "--data", "warm", "--request", "PUT", $"{data}warm")).Output.ShouldBe("PUT");
        var before = PeakOf(ambassador.Id);

        var down = await Curl.RunAsync(version, "--output", "/dev/null", "--write-out", "%{size_download}", $"{data}{SparseFile.Name}");
        var up = await Curl.RunAsync(version, "--upload-file", file.Path, $"{data}up");

        down.ShouldBe(new CurlResult(0, $"{Size}", ""));
        up.ShouldBe(new CurlResult(0, "PUT", ""));
        sink.Requests[^1].BodyLength.ShouldBe(Size);
        (PeakOf(ambassador.Id) - before).ShouldBeLessThan(GrowthMax);
    }

    /// <summary>The most memory that a process has had in use so far, in bytes.</summary>
    private static long PeakOf(int process) =>
        1024 * long.Parse(
            File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);

    /// <summary>A file that has a length and takes no room.</summary>
    private sealed class SparseFile : IDisposable
    {
        public const string Name = "large.bin";

        private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("large-");

        public SparseFile(long length)
        {
            using var file = File.Create(Path);
            file.SetLength(length);
        }

        public string Directory => _directory.FullName;

        public string Path => System.IO.Path.Combine(Directory, Name);

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
