namespace ApiAmbassador.Hosting;

/// <summary>
/// A request is served on the thread that waits for the sockets, from its first byte to its last, where .NET by itself hands each event over to the
/// thread pool: a third of a small request's processor time.
/// </summary>
/// <remarks>
/// What takes long must not stay there, or it holds up everybody: who has more to read or write than a moment's worth goes on on the pool
/// (<see cref="Forwarding.DestinationConnection"/>), and so does whoever was answered at once (<see cref="LeaveAtOnce"/>), as he may have sent many requests.
/// The two variables are .NET's own; whoever sets the first decides himself.
/// </remarks>
internal static class EventThreads
{
    private const string InlineVariable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string CountVariable = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>Whether requests stay on the thread of their socket.</summary>
    public static bool ServeRequests => Environment.GetEnvironmentVariable(InlineVariable) == "1"; // As .NET reads it.

    /// <summary>
    /// Tells .NET, which reads it with the first socket of the process. There is one thread for two processors: fewer threads find more events each time
    /// they look, and the application beside us wants the other one.
    /// </summary>
    public static void Use()
    {
        if (Environment.GetEnvironmentVariable(InlineVariable) is not null)
        {
            return;
        }

        Environment.SetEnvironmentVariable(InlineVariable, "1");
        if (Environment.GetEnvironmentVariable(CountVariable) is null)
        {
            Environment.SetEnvironmentVariable(CountVariable, $"{Math.Max(1, Environment.ProcessorCount / 2)}");
        }
    }

    /// <summary>The step that makes callers leave the thread who were answered without waiting for anybody.</summary>
    public static RequestDelegate LeaveAtOnce(RequestDelegate next) => context =>
    {
        var serving = next(context);
        return serving.IsCompletedSuccessfully ? LeaveAsync() : serving;
    };

    private static async Task LeaveAsync() => await Task.Yield();
}
