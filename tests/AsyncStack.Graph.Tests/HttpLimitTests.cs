using System.Diagnostics;
using System.Text.RegularExpressions;

namespace AsyncStack.Graph.Tests;

/// <summary>What a client gets that writes HTTP otherwise than it should, by the gateway and, as a neighbour in the cluster could, past it.</summary>
public sealed partial class HttpLimitTests(RunningGraphFixture graph)
{
    private const string Start = "POST /task HTTP/1.1\r\nHost: graph\r\nContent-Type: application/json\r\nConnection: close\r\n";
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: graph\r\n\r\n";

    /// <summary>Requests whose end a proxy and a server could see at different places.</summary>
    public static TheoryData<string, string> Ambiguous => new()
    {
        { "two lengths", $"{Start}Content-Length: 1\r\nContent-Length: {1 + Smuggled.Length}\r\n\r\n1{Smuggled}" },
        { "list of lengths", $"{Start}Content-Length: 1, {1 + Smuggled.Length}\r\n\r\n1{Smuggled}" },
        { "length and chunks", $"{Start}Content-Length: {12 + Smuggled.Length}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n{Smuggled}" },
        { "unknown coding", $"{Start}Transfer-Encoding: xchunked\r\n\r\n1\r\n1\r\n0\r\n\r\n{Smuggled}" },
        { "chunked twice", $"{Start}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n1\r\n1\r\n0\r\n\r\n{Smuggled}" },
        { "broken chunk", $"{Start}Transfer-Encoding: chunked\r\n\r\nzz\r\n1\r\n0\r\n\r\n{Smuggled}" },
        { "space before colon", $"{Start}Content-Length : 1\r\n\r\n1" },
        { "folded header", $"{Start}X-Folded: a\r\n Content-Length: 1\r\nContent-Length: 1\r\n\r\n1" },
        { "chunks in HTTP/1.0", $"POST /task HTTP/1.0\r\nHost: graph\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n{Smuggled}" },
        { "NUL in header", $"{Start}X-Nul: a\0b\r\nContent-Length: 1\r\n\r\n1" },
    };

    [Theory]
    [MemberData(nameof(Ambiguous))]
    public async Task An_ambiguous_request_is_refused_and_what_was_smuggled_in_it_is_not_answered(string what, string request)
    {
        foreach (var server in new[] { "gateway", "api" })
        {
            var answers = StatusLine().Matches(await RawHttp.ExchangeAsync(graph.App.GetEndpoint(server, "http"), request)).Select(m => m.Groups["status"].Value).ToArray();

            Assert.True(answers is ["400"] or ["501"], $"{what} at {server}: {string.Join(", ", answers)}");
        }
    }

    [Fact]
    public async Task Lines_that_end_without_a_carriage_return_are_refused_by_the_service()
    {
        var answer = await RawHttp.ExchangeAsync(graph.App.GetEndpoint("api", "http"), "GET /health HTTP/1.1\nHost: graph\nConnection: close\n\n");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_are_too_many_or_too_large_are_refused()
    {
        var gateway = graph.App.GetEndpoint("gateway", "http");
        var many = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-Many-{i}: 1\r\n"));

        Assert.StartsWith("HTTP/1.1 431", await GetAsync(many), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await GetAsync($"X-Large: {new string('a', 64 * 1024)}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await GetAsync($"X-Huge: {new string('a', 256 * 1024)}\r\n"), StringComparison.Ordinal);

        Task<string> GetAsync(string headers) => RawHttp.ExchangeAsync(gateway, $"GET /health HTTP/1.1\r\nHost: graph\r\nConnection: close\r\n{headers}\r\n");
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("api")]
    public async Task A_client_that_does_not_end_its_headers_is_dropped(string server)
    {
        await using var connection = await RawHttp.ConnectAsync(graph.App.GetEndpoint(server, "http"));
        var started = Stopwatch.GetTimestamp();
        await connection.WriteAsync("GET /health HTTP/1.1\r\nHost: graph\r\nX-Slow: ");

        var answer = await connection.ReadToEndAsync();

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), answer);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("api")]
    public async Task A_body_that_does_not_come_on_is_given_up(string server)
    {
        await using var connection = await RawHttp.ConnectAsync(graph.App.GetEndpoint(server, "http"));
        var started = Stopwatch.GetTimestamp();
        await connection.WriteAsync($"{Start}Content-Length: 100000\r\n\r\n[1");

        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
    }

    [GeneratedRegex(@"^HTTP/1\.1 (?<status>\d{3})", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StatusLine();
}
