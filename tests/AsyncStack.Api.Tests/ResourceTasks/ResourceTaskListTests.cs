using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.ResourceTasks;

public sealed class ResourceTaskListTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Two of one time, since tasks of one batch have the same.
    public async ValueTask InitializeAsync() => await api.ExecuteAsync("""
        insert into tasks (id, resource_id, action, status, result, created_at, updated_at) values
            ('t1', 'a', 'greet', 'completed', 'done', '2030-01-01Z', '2030-01-01Z'),
            ('t2', 'a', 'archive', 'queued', null, '2030-01-02Z', '2030-01-02Z'),
            ('t3', 'b/c', 'greet', 'queued', null, '2030-01-02Z', '2030-01-02Z')
        on conflict do nothing
        """);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Tasks_are_read_page_by_page_and_the_newest_is_first()
    {
        var (first, next) = await ReadAsync("limit=2");
        var (rest, end) = await ReadAsync(next![(next!.IndexOf('?') + 1)..]);

        Assert.Equal(["t3", "t2"], first);
        Assert.Equal(["t1"], rest);
        Assert.Null(end);
    }

    [Theory]
    [InlineData("resource_id=a", new[] { "t2", "t1" })]
    [InlineData("resource_id=b%2Fc", new[] { "t3" })]
    [InlineData("action=greet", new[] { "t3", "t1" })]
    [InlineData("status=completed", new[] { "t1" })]
    [InlineData("status=queued&action=archive", new[] { "t2" })]
    public async Task Tasks_are_found_by_resource_action_and_status(string query, string[] found) => Assert.Equal(found, (await ReadAsync(query)).Ids);

    [Fact]
    public async Task A_task_is_had_by_its_id()
    {
        var task = JsonDocument.Parse(await api.Client.GetStringAsync("/api/v1/tasks/t1", Cancel)).RootElement;

        Assert.Equal(("a", "done"), (task.GetProperty("resource_id").GetString(), task.GetProperty("result").GetString()));
        await (await api.Client.GetAsync("/api/v1/tasks/none", Cancel)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("resource_id=%00", "resource_id")]
    [InlineData("action=%00", "action")]
    [InlineData("status=failed", "status")]
    [InlineData("limit=0", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task A_parameter_that_makes_no_sense_is_named(string query, string field)
    {
        var problem = await (await api.Client.GetAsync($"/api/v1/tasks?{query}", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    private async Task<(string[] Ids, string? Next)> ReadAsync(string query)
    {
        var answer = await api.Client.GetAsync($"/api/v1/tasks?{query}", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var tasks = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement.EnumerateArray();
        var link = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        return ([.. tasks.Select(t => t.GetProperty("id").GetString()!)], link);
    }
}
