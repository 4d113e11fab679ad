using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Tasks;

public sealed class TaskTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("0")]
    [InlineData("-0.0")]
    [InlineData("123456789012345678901234567890.123456789012345678901234567890")]
    [InlineData("1e999")]
    [InlineData("\"\"")]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\u00e9 é \\/ /\"")]
    [InlineData("[]")]
    [InlineData("{ \"b\" : 1.50,\n\t\"a\" : [ ],  \"b\" : 2 }")]
    public async Task Any_json_value_is_kept_byte_for_byte(string value)
    {
        var response = await api.Client.PostAsync("/task", $" {value}\n");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal("queued", answer.GetProperty("status").GetString());
        var id = answer.GetProperty("task_id").GetGuid();
        Assert.Equal($"/task/{id}", response.Headers.Location?.OriginalString);
        Assert.Equal(value, await api.ReadAsync<string>("select payload::text from jobs where id = $1", id));

        await api.ExecuteAsync("update jobs set state = 'completed', result = payload, finished_at = now() where id = $1", id);
        var body = await api.Client.GetStringAsync($"/task/{id}", Cancel);
        Assert.Contains($"\"status\":\"completed\",\"result\":{value},", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_has_not_run_is_queued()
    {
        var response = await api.Client.PostAsync("/task", "7");

        var task = await (await api.Client.GetAsync(response.Headers.Location, Cancel)).JsonAsync();

        Assert.Equal("queued", task.GetProperty("status").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, task.GetProperty("result").ValueKind);
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_400() =>
        await (await api.Client.PostAsync("/task", "nope")).ProblemAsync(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("01a201cc-6524-7c39-9e0a-9aea84484c19")]
    [InlineData("nope")]
    public async Task An_unknown_task_is_404(string id) =>
        await (await api.Client.GetAsync($"/task/{id}", Cancel)).ProblemAsync(HttpStatusCode.NotFound);

    [Fact]
    public async Task Nobody_is_called_back_for_a_task()
    {
        var id = (await (await api.Client.PostAsync("/task", "7")).JsonAsync()).GetProperty("task_id").GetGuid();

        Assert.True(await api.ReadAsync<bool>("select callback_url is null from jobs where id = $1", id));
    }
}
