using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Messages;

public sealed class SavedMessageListTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_are_read_page_by_page_and_found_by_what_they_hold()
    {
        await api.ExecuteAsync("insert into messages (content, owner, timestamp) select 'Hello ' || n, 'me', now() from generate_series(1, 3) n");

        var (first, next) = await ReadAsync("limit=2");
        var (rest, end) = await ReadAsync(next![(next!.IndexOf('?') + 1)..]);

        Assert.Equal(["Hello 3", "Hello 2"], first);
        Assert.Equal(["Hello 1"], rest);
        Assert.Null(end);
        Assert.Equal(["Hello 2"], (await ReadAsync("text=hELLO+2")).Contents);
        Assert.Empty((await ReadAsync("text=%25")).Contents);
    }

    [Theory]
    [InlineData("text=%00", "text")]
    [InlineData("limit=0", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task A_parameter_that_makes_no_sense_is_named(string query, string field)
    {
        var problem = await (await api.Client.GetAsync($"/api/v1/messages?{query}", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    private async Task<(string[] Contents, string? Next)> ReadAsync(string query)
    {
        var answer = await api.Client.GetAsync($"/api/v1/messages?{query}", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var messages = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement.EnumerateArray();
        var link = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        return ([.. messages.Select(m => m.GetProperty("content").GetString()!)], link);
    }
}
