using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Bench.Callbacks;

/// <summary>A local target of callbacks: verifies each and notes which job it told of, and when.</summary>
internal sealed class CallbackReceiver : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly WebApplication _app;
    private readonly StandardWebhook _signatures;
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _received = new();
    private int _repeated;
    private int _unsigned;

    private CallbackReceiver(string secret)
    {
        _signatures = new StandardWebhook(secret);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, x => x.Protocols = HttpProtocols.Http1));
        _app = builder.Build();
        _app.MapPost("/callback", (Delegate)ReceiveAsync);
    }

    /// <summary>Where callbacks are to go.</summary>
    public Uri Address => new(new Uri(_app.Urls.First()), "/callback");

    /// <summary>Callbacks for a job that had been called back already.</summary>
    public int Repeated => _repeated;

    /// <summary>Callbacks whose signature was missing or wrong.</summary>
    public int Unsigned => _unsigned;

    /// <param name="secret">What the sender signs with, <c>whsec_…</c>.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<CallbackReceiver> StartAsync(string secret, CancellationToken cancellationToken)
    {
        var receiver = new CallbackReceiver(secret);
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    /// <summary>Waits until every one of these jobs has been called back.</summary>
    /// <exception cref="TimeoutException">Some have not when <paramref name="patience"/> is over.</exception>
    public async Task WaitForAsync(
        IEnumerable<Guid> jobs, TimeSpan patience, CancellationToken cancellationToken)
    {
        var awaited = jobs.ToList();
        var started = TimeProvider.System.GetTimestamp();
        // A look now and then costs less than a signal a callback; the times are those of arrival either way.
        while (awaited.RemoveAll(_received.ContainsKey) >= 0 && awaited.Count > 0)
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience)
                throw new TimeoutException($"{awaited.Count} jobs are not called back after {patience.TotalSeconds:0} s.");
            await Task.Delay(PollInterval, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>When the job was first called back.</summary>
    public DateTimeOffset TimeOf(Guid job) => _received[job];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpContext context)
    {
        var at = TimeProvider.System.GetUtcNow();
        var read = await context.Request.BodyReader.ReadAtLeastAsync((int)(context.Request.ContentLength ?? 0), context.RequestAborted);
        var body = read.Buffer.ToArray();
        context.Request.BodyReader.AdvanceTo(read.Buffer.End);
        if (!_signatures.Verify(context.Request.Headers, body))
        {
            Interlocked.Increment(ref _unsigned);
            return Results.Unauthorized();
        }

        if (!_received.TryAdd(JobOf(body), at))
            Interlocked.Increment(ref _repeated);
        return Results.NoContent();
    }

    /// <summary>The correlation id, which is the job's id where the submitter gave none.</summary>
    private static Guid JobOf(byte[] body)
    {
        var json = new Utf8JsonReader(body);
        while (json.Read())
        {
            if (json.CurrentDepth == 1 && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("correlation_id"u8))
            {
                json.Read();
                return Guid.Parse(json.GetString()!);
            }
        }

        throw new FormatException("The callback has no correlation_id.");
    }
}
