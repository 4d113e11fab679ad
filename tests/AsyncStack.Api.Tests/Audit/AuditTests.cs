using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Audit;

public sealed class AuditTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Log = "/api/v1/audit";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_are_found_by_who_did_what_to_which_and_read_page_by_page()
    {
        var queue = await PauseAsync("jobs.low", "anna@example.com");
        await api.Client.PostAsync("/api/v1/queues/jobs.low/resume", "", ("X-Actor", "ben"));
        await PauseAsync("jobs.low", null);

        var all = await ReadAsync("subject_type=queue&subject_id=jobs.low&limit=2");
        Assert.Equal(HttpStatusCode.OK, queue.StatusCode);
        Assert.Equal([("queue.pause", "anonymous"), ("queue.resume", "ben")], all.Rows);
        var (rest, next) = await ReadAsync(all.Next![(all.Next!.IndexOf('?') + 1)..]);
        Assert.Equal([("queue.pause", "anna@example.com")], rest);
        Assert.Null(next);
        Assert.Equal([("queue.resume", "ben")], (await ReadAsync("action=queue.resume")).Rows);
        Assert.Equal([("queue.pause", "anna@example.com")], (await ReadAsync("actor=anna@example.com")).Rows);
        Assert.Empty((await ReadAsync("subject_id=jobs.high")).Rows);
    }

    [Theory]
    [InlineData("action=nonsense", "action")]
    [InlineData("subject_type=nonsense", "subject_type")]
    [InlineData("subject_id=%00", "subject_id")]
    [InlineData("actor=%00", "actor")]
    [InlineData("limit=0", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task A_parameter_that_makes_no_sense_is_named(string query, string field)
    {
        var problem = await (await api.Client.GetAsync($"{Log}?{query}", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("<script>")]
    [InlineData("a,b")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890")]
    public async Task An_actor_that_is_no_name_is_refused_before_anything_is_done(string actor)
    {
        var problem = await (await PauseAsync("jobs.high", actor)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty("X-Actor", out _));
        Assert.Equal(0L, await api.ReadAsync<long>("select count(*) from queue_controls where queue = 'jobs.high'"));
    }

    [Fact]
    public async Task A_row_cannot_be_changed()
    {
        await PauseAsync("jobs.default", "carl");

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => api.ExecuteAsync("update audit set actor = 'somebody else'"));

        Assert.Contains("never changed", refused.MessageText, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> PauseAsync(string queue, string? actor) =>
        api.Client.PostAsync($"/api/v1/queues/{queue}/pause", "", actor is null ? [] : [("X-Actor", actor)]);

    private async Task<((string? Action, string? Actor)[] Rows, string? Next)> ReadAsync(string query)
    {
        var response = await api.Client.GetAsync($"{Log}?{query}", Cancel);
        var rows = (await response.JsonAsync()).EnumerateArray().Select(r => (r.GetProperty("action").GetString(), r.GetProperty("actor").GetString()));
        return ([.. rows], response.Next());
    }
}
