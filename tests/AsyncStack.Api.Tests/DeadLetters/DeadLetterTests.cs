using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.DeadLetters;

public sealed class DeadLetterTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Letters = "/api/v1/dead-letters";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_letter_shows_what_it_is_and_why_it_is_dead()
    {
        var text = await AddAsync("shown", body: "[1]"u8.ToArray());
        var bytes = await AddAsync("shown", body: [0xFF, 0x00]);

        var letters = await ReadAsync($"{Letters}?queue=shown");

        Assert.Equal([bytes, text], letters.Select(l => l.GetProperty("id").GetGuid()).OrderBy(id => id == text));
        var (first, second) = (letters.Single(l => Id(l) == text), letters.Single(l => Id(l) == bytes));
        Assert.Equal("[1]", first.GetProperty("body").GetString());
        Assert.Equal("utf-8", first.GetProperty("body_encoding").GetString());
        Assert.Equal("/wA=", second.GetProperty("body").GetString());
        Assert.Equal("base64", second.GetProperty("body_encoding").GetString());
        Assert.Equal("rejected", first.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(23)]
    [InlineData(100)]
    public async Task Links_walk_all_letters_without_gap_or_repeat(int limit)
    {
        var queue = $"paged-{limit}";
        var ids = new List<Guid>();
        for (var i = 0; i < 23; i++)
        {
            ids.Add(await AddAsync(queue));
        }

        var read = new List<Guid>();
        var pages = 0;
        for (string? next = $"{Letters}?queue={queue}&limit={limit}"; next is not null; pages++)
        {
            var response = await api.Client.GetAsync(next, Cancel);
            read.AddRange((await response.JsonAsync()).EnumerateArray().Select(Id));
            next = response.Next();
        }

        Assert.Equal(ids.OrderDescending(), read);
        Assert.Equal((23 + limit - 1) / limit, pages);
    }

    [Fact]
    public async Task A_letter_that_dies_while_pages_are_walked_moves_nothing()
    {
        for (var i = 0; i < 4; i++)
        {
            await AddAsync("moving");
        }

        var first = await api.Client.GetAsync($"{Letters}?queue=moving&limit=2", Cancel);
        await AddAsync("moving");
        var second = await api.Client.GetAsync(first.Next(), Cancel);

        var ids = (await first.JsonAsync()).EnumerateArray().Concat((await second.JsonAsync()).EnumerateArray()).Select(Id).ToArray();
        Assert.Equal(4, ids.Distinct().Count());
        Assert.Null(second.Next());
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("limit=99999999999", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("cursor=short", "cursor")]
    [InlineData("cursor=____________________!!", "cursor")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAA_", "cursor")]
    [InlineData("queue=%00", "queue")]
    public async Task A_parameter_that_makes_no_sense_is_named(string query, string field)
    {
        var problem = await (await api.Client.GetAsync($"{Letters}?{query}", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task A_letter_is_redriven_as_it_was_and_once_only()
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var queue = await broker.DeclareAsync();
        var id = await AddAsync("redriven", routingKey: queue, body: "{\"a\":1}"u8.ToArray());

        var answers = await Task.WhenAll(RedriveAsync(id), RedriveAsync(id));

        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
        var message = await broker.TakeAsync(queue, _ => true);
        Assert.Equal("{\"a\":1}"u8, message.Body.Span);
        Assert.Equal("jobs", message.BasicProperties.Type);
        Assert.Equal("c-1", message.BasicProperties.CorrelationId);
        Assert.Equal(0u, await broker.CountAsync(queue));
        Assert.NotEqual(JsonValueKind.Null, (await ReadAsync($"{Letters}?queue=redriven")).Single().GetProperty("redriven_at").ValueKind);
    }

    [Fact]
    public async Task An_unknown_letter_is_404() =>
        await (await RedriveAsync(Guid.NewGuid())).ProblemAsync(HttpStatusCode.NotFound);

    private static Guid Id(JsonElement letter) => letter.GetProperty("id").GetGuid();

    private Task<HttpResponseMessage> RedriveAsync(Guid id) => api.Client.PostAsync($"{Letters}/{id}/redrive", content: null, Cancel);

    private async Task<JsonElement[]> ReadAsync(string path) => [.. (await (await api.Client.GetAsync(path, Cancel)).JsonAsync()).EnumerateArray()];

    private async Task<Guid> AddAsync(string queue, string routingKey = "", byte[]? body = null)
    {
        var id = Guid.CreateVersion7();
        await api.ExecuteAsync("""
            insert into dead_letters (id, queue, reason, exchange, routing_key, type, correlation_id, body, dead_at)
            values ($1, $2, 'rejected', '', $3, 'jobs', 'c-1', $4, now())
            """, id, queue, routingKey, body ?? []);
        return id;
    }
}
