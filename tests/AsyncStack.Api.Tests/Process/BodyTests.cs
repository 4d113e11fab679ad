using System.Net;
using System.Text;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Process;

public sealed class BodyTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("{\"a\": 1,\n  \"b\": x}", "line 2, byte 8")]
    [InlineData("", "line 1, byte 1")]
    [InlineData("{\"callback_url\":", "line 1, byte 17")]
    [InlineData("{} {}", "line 1, byte 4")]
    [InlineData("{\"a\":1,}", "line 1, byte 8")]
    [InlineData("// note\n{}", "line 1, byte 1")]
    public async Task Malformed_json_is_told_by_line_and_byte(string body, string where)
    {
        var problem = await (await api.Client.PostAsync(Http.Process, body)).ProblemAsync(HttpStatusCode.BadRequest);

        Assert.Contains(where, problem.Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_told_by_position()
    {
        byte[] body = [.. "{\"payload\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        var response = await api.Client.PostBytesAsync(Http.Process, body, "application/json");

        Assert.Contains("byte 12 ", (await response.ProblemAsync(HttpStatusCode.BadRequest)).Detail(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(65)]
    [InlineData(100_000)]
    public async Task Nesting_that_is_too_deep_is_malformed(int depth)
    {
        await (await api.Client.PostAsync(Http.Process, Nested(depth))).ProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_deepest_nesting_that_is_taken_is_stored() =>
        Assert.Equal(HttpStatusCode.Accepted, (await api.Client.PostAsync(Http.Process, Nested(62))).StatusCode);

    [Fact]
    public async Task The_last_of_duplicate_fields_counts_and_a_payload_keeps_all_of_its_own()
    {
        var response = await api.Client.PostAsync(Http.Process, """
            {"callback_url":"nonsense","callback_url":"https://example.com/last","payload":{"a":1, "a":2}}
            """);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var id = (await response.JsonAsync()).GetProperty("job_id").GetGuid();
        Assert.Equal("https://example.com/last", await api.ReadAsync<string>("select callback_url from jobs where id = $1", id));
        Assert.Equal("{\"a\":1, \"a\":2}", await api.ReadAsync<string>("select payload::text from jobs where id = $1", id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_may_be_as_large_as_the_limit_and_no_larger(bool chunked)
    {
        const int limit = 1024 * 1024;
        var body = Http.Body("\"pad\": \"\"");
        body = body.Replace("\"\"", $"\"{new string('x', limit - body.Length)}\"", StringComparison.Ordinal);

        var accepted = await SendAsync(body, chunked);
        var refused = await SendAsync(body + " ", chunked);

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Contains("1048576", (await refused.ProblemAsync(HttpStatusCode.RequestEntityTooLarge)).Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_above_the_servers_own_holds()
    {
        const int limit = 32 * 1024 * 1024;
        await using var generous = api.StartHost(("Accept:MaxBodyBytes", $"{limit}"));

        var accepted = await generous.Client.PostAsync("/task", $"\"{new string('x', limit - 2)}\"");

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task Another_content_type_is_415(string? contentType)
    {
        var response = await api.Client.PostBytesAsync(Http.Process, Encoding.UTF8.GetBytes(Http.Body()), contentType);

        var problem = await response.ProblemAsync(HttpStatusCode.UnsupportedMediaType);
        Assert.Contains("send application/json", problem.Detail(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/vnd.example+json")]
    public async Task Json_by_another_name_is_taken(string contentType) =>
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await api.Client.PostBytesAsync(Http.Process, Encoding.UTF8.GetBytes(Http.Body()), contentType)).StatusCode);

    [Fact]
    public async Task A_problem_is_json_whatever_was_asked_for()
    {
        var response = await api.Client.PostAsync(Http.Process, "{", ("Accept", "text/html"));

        await response.ProblemAsync(HttpStatusCode.BadRequest);
    }

    private static string Nested(int depth) => Http.Body($"\"nested\": {new string('[', depth)}{new string(']', depth)}");

    private Task<HttpResponseMessage> SendAsync(string body, bool chunked) =>
        chunked
            ? api.Client.PostAsync(Http.Process, body, ("Transfer-Encoding", "chunked"))
            : api.Client.PostAsync(Http.Process, body);
}
