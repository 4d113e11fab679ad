using AsyncStack.Api.Process;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Accepting;

/// <summary>
/// Goes the way of a submission once before the server listens, up to its commit, which is rolled back: otherwise the first
/// caller waits a fifth of a second for code to be compiled and types to be loaded. What fails here is no reason not to start.
/// </summary>
internal sealed class AcceptWarmUp(
    JobIntake intake, JobAcceptor acceptor, IServiceProvider services, TimeProvider time, ILogger<AcceptWarmUp> logger) : IHostedService
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(3);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(AtMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await SubmitAsync(either.Token);
            await acceptor.RehearseAsync(Job(), either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotWarm(logger, exception.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Refused at the end for its callback_url, so that nothing is accepted.
    private async Task SubmitAsync(CancellationToken cancellationToken)
    {
        using var body = new MemoryStream("""{"callback_url":"ftp://example.com/","payload":{"n":1},"correlation_id":"a","priority":"low"}"""u8.ToArray());
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = services, RequestAborted = cancellationToken };
        context.Request.Method = HttpMethods.Post;
        context.Request.ContentType = "application/json";
        context.Request.Body = body;
        context.Response.Body = answer;
        var result = await intake.SubmitAsync(context, "POST /api/process", ProcessRequest.Read, static _ => default);
        await result.ExecuteAsync(context);
    }

    private Submission Job()
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        return new Submission
        {
            Id = id,
            CorrelationId = $"warm-up {id}",
            JobType = JobTypes.Echo.Name,
            Payload = "{}",
            MaxAttempts = 1,
            TimeoutSeconds = 1,
            CreatedAt = time.GetUtcNow(),
            Answer = new JobAnswer(StatusCodes.Status202Accepted, "", ProcessAnswer.Write("", id, "")),
        };
    }
}
