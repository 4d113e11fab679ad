using System.Net;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Api.Tests.Accepting;

public sealed class CorrelationTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_duplicate_is_409_and_the_others_of_its_batch_are_accepted()
    {
        var taken = Guid.NewGuid().ToString();
        Assert.Equal(HttpStatusCode.Accepted, (await SubmitAsync(api.Client, taken)).StatusCode);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => SubmitAsync(api.Client, n == 100 ? taken : Guid.NewGuid().ToString())));

        Assert.Equal(199, answers.Count(a => a.StatusCode == HttpStatusCode.Accepted));
        Assert.Contains(taken, (await answers[100].ProblemAsync(HttpStatusCode.Conflict)).Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_at_once_with_one_correlation_id_one_is_accepted()
    {
        await using var other = api.StartHost();
        var correlation = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => SubmitAsync(n % 2 == 0 ? api.Client : other.Client, correlation)));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Accepted);
        Assert.Equal(59, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(1, await api.CountJobsAsync(correlation));
    }

    [Fact]
    public async Task Batches_that_share_correlation_ids_do_not_deadlock()
    {
        await using var one = api.StartHost(("Accept:Writers", "1"));
        var acceptor = one.Services.GetRequiredService<JobAcceptor>();
        await using var gate = await api.HoldAsync("gate");
        await using var rival = await api.HoldAsync("a");
        var first = acceptor.AcceptAsync(NewJob("gate"));
        await api.WaitersAsync(1);
        Task<AcceptOutcome>[] batch = [acceptor.AcceptAsync(NewJob("z")), acceptor.AcceptAsync(NewJob("a"))];

        // The batch meets the rival's "a"; the rival then takes "z", as a batch in another order would.
        await gate.RollbackAsync();
        Assert.IsType<AcceptOutcome.Accepted>(await first);
        await api.WaitersAsync(1);
        await rival.InsertAsync("z");
        await rival.CommitAsync();

        Assert.All(await Task.WhenAll(batch), outcome => Assert.IsType<AcceptOutcome.CorrelationIdTaken>(outcome));
    }

    private static Submission NewJob(string correlation) => new()
    {
        Id = Guid.CreateVersion7(),
        CorrelationId = correlation,
        JobType = "echo",
        Payload = "{}",
        MaxAttempts = 3,
        TimeoutSeconds = 60,
        CreatedAt = TimeProvider.System.GetUtcNow(),
        Answer = new JobAnswer(202, "", ""),
    };

    private static Task<HttpResponseMessage> SubmitAsync(HttpClient client, string correlation) =>
        client.PostAsync(Http.Process, Http.Body($"\"correlation_id\": \"{correlation}\""));
}
