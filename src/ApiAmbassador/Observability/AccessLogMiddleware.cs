using ApiAmbassador.Configuration;

namespace ApiAmbassador.Observability;

/// <summary>The first step, so that its line knows what all the others did. Requests that the server itself refuses do not come this far.</summary>
internal sealed class AccessLogMiddleware(RequestDelegate next, SnapshotStore snapshots, AccessLog log, TimeProvider time, TelemetryVariables telemetry)
{
    /// <summary>The step. The request's end is the server's to tell, after the last byte, so nothing is awaited here.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var options = snapshots.Current.Ambassador.AccessLog;
        if (options.Requests != AccessLogRequests.Off)
        {
            RequestRecord.Watch(context, options, log, time, telemetry.Traces);
        }

        return next(context);
    }
}
