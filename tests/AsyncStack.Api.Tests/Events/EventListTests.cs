using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Events;

public sealed class EventListTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await api.ExecuteAsync("""
        insert into processed_events (id, event_type, resource_id, task_id, action, payload, processed_at) values
            ('00000000-0000-7000-8000-000000000001', 'resource.created', 'a', null, null, '{"n": 1}', now()),
            ('00000000-0000-7000-8000-000000000002', 'task.completed', 'a', 'auto-a', 'greet', '{"n": 2}', now()),
            ('00000000-0000-7000-8000-000000000003', 'resource.created', 'b', null, null, '{"n": 3}', now())
        on conflict do nothing
        """);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Events_are_read_page_by_page_and_the_newest_is_first()
    {
        var (first, next) = await ReadAsync("limit=2");
        var (rest, end) = await ReadAsync(next![(next!.IndexOf('?') + 1)..]);

        Assert.Equal([3, 2], first);
        Assert.Equal([1], rest);
        Assert.Null(end);
    }

    [Theory]
    [InlineData("type=resource.created", new[] { 3, 1 })]
    [InlineData("resource_id=a", new[] { 2, 1 })]
    [InlineData("task_id=auto-a", new[] { 2 })]
    [InlineData("type=resource.created&resource_id=a", new[] { 1 })]
    [InlineData("type=other", new int[0])]
    public async Task Events_are_found_by_type_resource_and_task(string query, int[] found) => Assert.Equal(found, (await ReadAsync(query)).Numbers);

    [Theory]
    [InlineData("type=%00", "type")]
    [InlineData("resource_id=%00", "resource_id")]
    [InlineData("task_id=%00", "task_id")]
    [InlineData("limit=101", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task A_parameter_that_makes_no_sense_is_named(string query, string field)
    {
        var problem = await (await api.Client.GetAsync($"/api/v1/events?{query}", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    private async Task<(int[] Numbers, string? Next)> ReadAsync(string query)
    {
        var answer = await api.Client.GetAsync($"/api/v1/events?{query}", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var events = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement.EnumerateArray();
        var link = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        return ([.. events.Select(e => e.GetProperty("payload").GetProperty("n").GetInt32())], link);
    }
}
