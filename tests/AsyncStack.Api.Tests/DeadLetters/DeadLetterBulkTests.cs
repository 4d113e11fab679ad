using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.DeadLetters;

public sealed class DeadLetterBulkTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Letters = "/api/v1/dead-letters";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("queue=alpha", "a")]
    [InlineData("reason=BROKEN", "b")]
    [InlineData("text=nee%25dle", "c")]
    [InlineData("text=corr-d", "d")]
    [InlineData("dead_before=2001-01-01T00:00:00Z", "e")]
    [InlineData("dead_after=2099-01-01T00:00:00Z", "f")]
    [InlineData("redriven=true", "g")]
    [InlineData("queue=alpha&redriven=true", "")]
    [InlineData("redriven=false", "abcdef")]
    public async Task A_filter_finds_those_it_means(string query, string expected)
    {
        await api.ExecuteAsync("delete from dead_letters");
        await AddAsync("a", queue: "alpha");
        await AddAsync("b", reason: "it is Broken");
        await AddAsync("c", body: "hay nee%dle \u0000 hay");
        await AddAsync("d", correlation: "corr-d");
        await AddAsync("e", dead: "2000-01-01");
        await AddAsync("f", dead: "2100-01-01");
        await AddAsync("g", redriven: true);

        var found = (await (await api.Client.GetAsync($"{Letters}?{query}", Cancel)).JsonAsync()).EnumerateArray();

        Assert.Equal(expected, string.Concat(found.Select(l => l.GetProperty("exchange").GetString()).Order()));
    }

    [Theory]
    [InlineData("redriven=maybe", "redriven")]
    [InlineData("dead_after=today", "dead_after")]
    [InlineData("dead_before=1", "dead_before")]
    [InlineData("reason=%00", "reason")]
    [InlineData("text=%00", "text")]
    public async Task A_parameter_that_makes_no_sense_is_named(string query, string field)
    {
        var problem = await (await api.Client.GetAsync($"{Letters}?{query}", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Many_are_redriven_at_once_and_each_once_only()
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var queue = await broker.DeclareAsync();
        for (var i = 0; i < 120; i++)
        {
            await AddAsync("", queue: "bulk", routingKey: queue);
        }

        await AddAsync("", queue: "bulk", routingKey: queue, redriven: true);

        Assert.Equal((10, 10), await RunAsync("redrive", """{"filter": {"queue": "bulk"}, "limit": 10}"""));
        Assert.Equal((110, 110), await RunAsync("redrive", """{"filter": {"queue": "bulk"}}"""));
        Assert.Equal((0, 0), await RunAsync("redrive", """{"filter": {"queue": "bulk", "redriven": false}}"""));

        await Waiting.ForAsync(async () => await broker.CountAsync(queue) == 120);
        Assert.Equal(120L, await api.ReadAsync<long>(
            "select count(*) from audit where action = 'dead_letter.redrive' and actor = 'tester' and details #>> '{filter,queue}' = 'bulk'"));
    }

    [Fact]
    public async Task One_and_many_are_deleted()
    {
        var one = await AddAsync("", queue: "trash");
        await AddAsync("", queue: "trash");
        await AddAsync("", queue: "kept");

        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.DeleteAsync($"{Letters}/{one}", Cancel)).StatusCode);
        await (await api.Client.DeleteAsync($"{Letters}/{one}", Cancel)).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Equal((1, 1), await RunAsync("delete", """{"filter": {"queue": "trash"}}"""));

        Assert.Equal("kept", await api.ReadAsync<string>("select string_agg(queue, ' ') from dead_letters where queue in ('trash', 'kept')"));
        Assert.Equal(2L, await api.ReadAsync<long>("select count(*) from audit where action = 'dead_letter.delete' and subject_type = 'dead_letter'"));
    }

    [Theory]
    [InlineData("redrive", "{}", "filter")]
    [InlineData("delete", "{}", "filter")]
    [InlineData("delete", """{"filter": {"que": "x"}}""", "filter")]
    [InlineData("redrive", """{"filter": {"redriven": true}}""", "filter.redriven")]
    [InlineData("delete", """{"filter": {"redriven": "true"}}""", "filter.redriven")]
    [InlineData("delete", """{"filter": {"dead_before": "x"}}""", "filter.dead_before")]
    public async Task A_request_that_is_not_exact_is_told_what_to_mend(string verb, string body, string field)
    {
        var problem = await (await api.Client.PostAsync($"{Letters}/{verb}", body)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    private async Task<(int Matched, int Changed)> RunAsync(string verb, string body)
    {
        var json = await (await api.Client.PostAsync($"{Letters}/{verb}", body, ("X-Actor", "tester"))).JsonAsync();
        return (json.GetProperty("matched").GetInt32(), json.GetProperty("changed").GetInt32());
    }

    private async Task<Guid> AddAsync(
        string exchange,
        string queue = "other",
        string reason = "rejected",
        string body = "",
        string? correlation = null,
        string dead = "2020-01-01",
        bool redriven = false,
        string routingKey = "")
    {
        var id = Guid.CreateVersion7();
        await api.ExecuteAsync("""
            insert into dead_letters (id, queue, reason, exchange, routing_key, type, correlation_id, body, dead_at, redriven_at)
            values ($1, $2, $3, $4, $5, 'jobs', $6, $7, $8::timestamptz, case when $9 then now() end)
            """,
            id, queue, reason, exchange, routingKey, correlation ?? "", System.Text.Encoding.UTF8.GetBytes(body), DateTime.Parse(dead + "T00:00:00Z").ToUniversalTime(), redriven);
        return id;
    }
}
