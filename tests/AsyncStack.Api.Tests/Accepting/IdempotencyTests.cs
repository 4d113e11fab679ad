using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Accepting;

public sealed class IdempotencyTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Key = "Idempotency-Key";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repeat_gets_the_same_answer_and_makes_no_second_job()
    {
        var key = NewKey();
        var first = await api.Client.PostAsync(Http.Process, Http.Body(), (Key, key));

        var second = await api.Client.PostAsync(Http.Process, Http.Body(), (Key, key));

        await AssertSameAsync(first, second);
        Assert.Equal(1, await api.CountJobsAsync((await first.JsonAsync()).GetProperty("correlation_id").GetString()!));
    }

    [Fact]
    public async Task A_repeat_at_another_replica_gets_the_same_answer()
    {
        await using var other = api.StartHost();
        var key = NewKey();
        var first = await api.Client.PostAsync(Http.Process, Http.Body(), (Key, key));

        await AssertSameAsync(first, await other.Client.PostAsync(Http.Process, Http.Body(), (Key, key)));
    }

    [Fact]
    public async Task A_key_with_another_body_is_422()
    {
        var key = NewKey();
        await api.Client.PostAsync(Http.Process, Http.Body(), (Key, key));

        var problem = await (await api.Client.PostAsync(Http.Process, Http.Body() + " ", (Key, key))).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.Contains("another body", problem.Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_belongs_to_its_operation()
    {
        var key = NewKey();
        var body = Http.Body();
        await api.Client.PostAsync(Http.Process, body, (Key, key));

        var task = await api.Client.PostAsync("/task", body, (Key, key));

        Assert.True((await task.JsonAsync()).TryGetProperty("task_id", out _));
    }

    [Fact]
    public async Task A_request_in_flight_is_told_to_both_replicas_and_answered_afterwards()
    {
        await using var other = api.StartHost();
        var key = NewKey();
        var correlation = Guid.NewGuid().ToString();
        var body = Http.Body($"\"correlation_id\": \"{correlation}\"");
        await using var held = await api.HoldAsync(correlation);
        var first = api.Client.PostAsync(Http.Process, body, (Key, key));
        await api.WaitersAsync(1);

        foreach (var client in new[] { api.Client, other.Client })
        {
            var refused = await client.PostAsync(Http.Process, body, (Key, key));
            Assert.Contains("in flight", (await refused.ProblemAsync(HttpStatusCode.Conflict)).Detail(), StringComparison.Ordinal);
            Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        }

        await held.RollbackAsync();
        await AssertSameAsync(await first, await other.Client.PostAsync(Http.Process, body, (Key, key)));
        Assert.Equal(1, await api.CountJobsAsync(correlation));
    }

    [Fact]
    public async Task Two_replicas_at_once_make_one_job_of_one_key()
    {
        await using var other = api.StartHost();
        for (var round = 0; round < 20; round++)
        {
            var key = NewKey();
            var answers = await Task.WhenAll(
                api.Client.PostAsync("/task", $"\"{key}\"", (Key, key)), other.Client.PostAsync("/task", $"\"{key}\"", (Key, key)));

            Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict));
            Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.Accepted);
            Assert.Equal(1, await api.ReadAsync<long>("select count(*) from jobs where payload::text = $1", $"\"{key}\""));
        }
    }

    [Fact]
    public async Task A_request_that_was_refused_leaves_its_key_free()
    {
        var key = NewKey();
        var taken = Guid.NewGuid().ToString();
        await api.Client.PostAsync(Http.Process, Http.Body($"\"correlation_id\": \"{taken}\""));
        await (await api.Client.PostAsync(Http.Process, "{}", (Key, key))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        var conflict = await api.Client.PostAsync(Http.Process, Http.Body($"\"correlation_id\": \"{taken}\""), (Key, key));
        Assert.Contains(taken, (await conflict.ProblemAsync(HttpStatusCode.Conflict)).Detail(), StringComparison.Ordinal);

        var accepted = await api.Client.PostAsync(Http.Process, Http.Body(), (Key, key));

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    [Fact]
    public async Task An_expired_key_is_free_even_before_it_is_pruned()
    {
        var key = NewKey();
        var first = await api.Client.PostAsync(Http.Process, Http.Body(), (Key, key));
        await api.ExecuteAsync("update idempotency_keys set expires_at = now() - interval '1 second' where key = $1", key);

        var second = await api.Client.PostAsync(Http.Process, Http.Body("\"priority\": \"low\""), (Key, key));
        var third = await api.Client.PostAsync(Http.Process, Http.Body("\"priority\": \"low\""), (Key, key));

        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.NotEqual(await first.Content.ReadAsStringAsync(Cancel), await second.Content.ReadAsStringAsync(Cancel));
        await AssertSameAsync(second, third);
    }

    [Fact]
    public async Task A_key_is_kept_for_a_day()
    {
        var key = NewKey();
        await api.Client.PostAsync("/task", "1", (Key, key));

        Assert.Equal(24, await api.ReadAsync<double>(
            "select round(extract(epoch from expires_at - now()) / 3600)::float8 from idempotency_keys where key = $1", key));
    }

    [Fact]
    public async Task A_quoted_key_and_a_bare_one_are_the_same()
    {
        var key = NewKey();
        var first = await api.Client.PostAsync("/task", "1", (Key, $"\"{key}\""));

        await AssertSameAsync(first, await api.Client.PostAsync("/task", "1", (Key, key)));
    }

    [Fact]
    public async Task Keys_do_not_disturb_who_shares_their_commit()
    {
        var key = NewKey();
        await api.Client.PostAsync("/task", "1", (Key, key));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => n % 10 == 0
            ? api.Client.PostAsync("/task", "2", (Key, key))
            : api.Client.PostAsync("/task", $"{n}", n % 2 == 0 ? [(Key, NewKey())] : [])));

        Assert.Equal(90, answers.Count(a => a.StatusCode == HttpStatusCode.Accepted));
        Assert.All(
            answers.Where((_, n) => n % 10 == 0),
            a => Assert.True(a.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"open")]
    [InlineData("\"a\" b")]
    [InlineData("a\"b")]
    [InlineData("\"a\\n\"")]
    public async Task A_key_that_is_no_string_is_422(string key)
    {
        var problem = await (await api.Client.PostAsync("/task", "1", (Key, key))).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(Key, out _));
    }

    [Fact]
    public async Task A_key_may_have_255_characters_and_no_more()
    {
        var longest = NewKey().PadRight(255, 'k');

        Assert.Equal(HttpStatusCode.Accepted, (await api.Client.PostAsync("/task", "1", (Key, $"\"{longest}\""))).StatusCode);
        await (await api.Client.PostAsync("/task", "1", (Key, longest + "k"))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    private static string NewKey() => Guid.NewGuid().ToString();

    private static async Task AssertSameAsync(HttpResponseMessage first, HttpResponseMessage second)
    {
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(first.StatusCode, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancel), await second.Content.ReadAsStringAsync(Cancel));
    }
}
