using System.Runtime.CompilerServices;

namespace ApiAmbassador.WireTests.Peers;

/// <summary>
/// Starts one of the programs in <c>Passing/node</c>, whose clients and servers are packages of npm. They are installed once, beside copies of the
/// programs under <c>artifacts</c>, and again only when their versions change.
/// </summary>
public static class NodeProgram
{
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(2);

    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    /// <summary>Starts a program.</summary>
    public static async Task<ExternalProcess> StartAsync(string program, params string[] arguments)
    {
        var node = Tool.Node.Require();
        Tool.Npm.Require();
        return ExternalProcess.Start(node, [Path.Combine(await Installed.Value, program), .. arguments]);
    }

    /// <summary>Starts one that serves, and waits for its line <c>listening PORT</c>.</summary>
    public static async Task<(ExternalProcess Process, Uri Address)> ServeAsync(string program, params string[] arguments)
    {
        var process = await StartAsync(program, arguments);
        await process.WaitForTextAsync("listening ");
        return (process, new Uri($"http://127.0.0.1:{process.Output.Split("listening ")[1].Split('\n')[0]}/"));
    }

    /// <summary>Runs one that calls the address and ends, and gives the lines it wrote.</summary>
    public static async Task<string[]> RunAsync(string program, Uri address, params string[] arguments)
    {
        await using var process = await StartAsync(program, [address.Authority, .. arguments]);
        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
        return process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<string> InstallAsync()
    {
        var source = new DirectoryInfo(Path.Combine(Path.GetDirectoryName(Here())!, "..", "Passing", "node"));
        var target = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "artifacts", "node"));
        var wanted = await File.ReadAllTextAsync(Path.Combine(source.FullName, "package-lock.json"));
        var marker = new FileInfo(Path.Combine(target.FullName, "installed.json"));
        foreach (var file in source.EnumerateFiles())
        {
            file.CopyTo(Path.Combine(target.FullName, file.Name), overwrite: true);
        }

        if (!marker.Exists || await File.ReadAllTextAsync(marker.FullName) != wanted)
        {
            await using var npm = ExternalProcess.Start(Tool.Npm.Require(), "ci", "--ignore-scripts", "--prefix", target.FullName);
            if (await npm.WaitForEndAsync(InstallDeadline) != 0)
            {
                Tool.Missing($"npm cannot install its packages here (offline?): {npm}");
            }

            await File.WriteAllTextAsync(marker.FullName, wanted);
        }

        return target.FullName;
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
