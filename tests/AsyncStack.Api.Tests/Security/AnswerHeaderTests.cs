using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Security;

public sealed class AnswerHeaderTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("/stats")]
    [InlineData("/jobs?limit=nonsense")]
    [InlineData("/nothing-here")]
    [InlineData("/health")]
    [InlineData("/view")]
    [InlineData("/docs/index.html")]
    [InlineData("/redoc/index.html")]
    public async Task Every_answer_keeps_browsers_from_guessing_framing_and_telling(string path)
    {
        using var answer = await GetAsync(path);

        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Single(answer.Headers.GetValues("Referrer-Policy"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task An_answer_that_went_out_by_https_says_to_come_back_by_https()
    {
        using var answer = await GetAsync("/stats", "https");

        Assert.Equal(["max-age=31536000"], answer.Headers.GetValues("Strict-Transport-Security"));
    }

    private Task<HttpResponseMessage> GetAsync(string path, string? forwardedScheme = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (forwardedScheme is not null)
        {
            request.Headers.Add("X-Forwarded-Proto", forwardedScheme);
        }

        return api.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
