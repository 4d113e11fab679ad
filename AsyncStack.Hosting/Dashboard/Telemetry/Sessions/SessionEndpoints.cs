using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

/// <summary>Everything the dashboard knows as one file, and a file of another time beside the graph that runs.</summary>
internal static class SessionEndpoints
{
    private static readonly byte[] GzipMagic = [0x1f, 0x8b];
    private static readonly SessionSource Nothing = new("asyncstack", () => [], () => []);

    public static void MapSessions(this RouteGroupBuilder api)
    {
        var importing = new Flag();
        api.MapGet("/session", Export);
        api.MapPost("/session", (HttpContext http, TelemetryStores stores) => ImportAsync(http, stores, importing));
        api.MapDelete("/session", Close);
        api.MapGet("/session/resources", Resources);
        api.MapGet("/session/console/{name}", Console);
    }

    public static IResult NoneImported() =>
        Results.Problem("No session is imported; it may have been closed in another window.", statusCode: StatusCodes.Status404NotFound);

    private static IResult Export(HttpContext http, TelemetryStores stores, TimeProvider time)
    {
        var source = http.RequestServices.GetService<SessionSource>() ?? Nothing;
        var name = string.Create(CultureInfo.InvariantCulture, $"asyncstack-session-{time.GetUtcNow():yyyyMMdd-HHmmss}.ndjson.gz");
        return Results.Stream(
            async output =>
            {
                await using var file = new GZipStream(output, CompressionLevel.Fastest);
                await new SessionExport(stores.Live, source, time, file, http.RequestAborted).WriteAsync();
            },
            MediaTypeNames.Application.GZip, name);
    }

    private static async Task<IResult> ImportAsync(HttpContext http, TelemetryStores stores, Flag importing)
    {
        if (!importing.TrySet())
            return Results.Problem("Another session is being read; come again when it is done.", statusCode: StatusCodes.Status409Conflict);
        try
        {
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = stores.Limits.SessionBytes;
            await using var file = await OpenAsync(http);
            using var import = new SessionImport(stores.Limits);
            var session = await import.ReadAsync(file, http.RequestAborted);
            stores.Show(session);
            var (spans, logs, metrics) = (session.Telemetry.Spans.Counts, session.Telemetry.Logs.Counts, session.Telemetry.Metrics.Counts);
            return Results.Json(
                new ImportAnswer(session.Name, session.ExportedAt.ToUnixTimeMilliseconds(), spans.Kept, logs.Kept, metrics.Kept),
                SessionJson.Default.ImportAnswer);
        }
        catch (SessionFileException exception)
        {
            return Results.Problem(
                exception.Message, statusCode: StatusCodes.Status400BadRequest, title: "The file is no session.",
                extensions: [new("line", exception.Line)]);
        }
        catch (BadHttpRequestException exception)
        {
            return Results.Problem(exception.Message, statusCode: exception.StatusCode);
        }
        finally
        {
            importing.Clear();
        }
    }

    /// <summary>A file that browsers or people have decompressed is as good.</summary>
    private static async Task<Stream> OpenAsync(HttpContext http)
    {
        var start = await http.Request.BodyReader.ReadAtLeastAsync(GzipMagic.Length, http.RequestAborted);
        var isGzip = start.Buffer.Length >= GzipMagic.Length && StartsWithMagic(start);
        http.Request.BodyReader.AdvanceTo(start.Buffer.Start);
        var body = http.Request.BodyReader.AsStream();
        return isGzip ? new GZipStream(body, CompressionMode.Decompress) : body;
    }

    private static bool StartsWithMagic(ReadResult start)
    {
        Span<byte> bytes = stackalloc byte[GzipMagic.Length];
        System.Buffers.BuffersExtensions.CopyTo(start.Buffer.Slice(0, GzipMagic.Length), bytes);
        return bytes.SequenceEqual(GzipMagic);
    }

    private static IResult Close(TelemetryStores stores)
    {
        stores.Show(null);
        return Results.NoContent();
    }

    private static IResult Resources(TelemetryStores stores) => stores.Imported is { } session
        ? Results.Json(new SessionResources(session.Resources), SessionJson.Default.SessionResources)
        : NoneImported();

    private static IResult Console(string name, TelemetryStores stores) => stores.Imported is { } session
        ? Results.Json(new SessionConsole([.. session.Console[name]]), SessionJson.Default.SessionConsole)
        : NoneImported();

    private sealed class Flag
    {
        private int _set;

        public bool TrySet() => Interlocked.CompareExchange(ref _set, 1, 0) == 0;

        public void Clear() => Volatile.Write(ref _set, 0);
    }
}
