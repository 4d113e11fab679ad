using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Identity;

public sealed class TokenTests(GuardedApi api) : IClassFixture<GuardedApi>, IAsyncLifetime
{
    private Issuer _issuer = null!;
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await Issuer.StartAsync();
        _host = api.StartHost(
            ("Auth:Oidc:Authority", _issuer.Address), ("Auth:Oidc:Audience", Issuer.Audience), ("Auth:Oidc:TenantClaim", "org"),
            ("Auth:Oidc:RolesMap:operators", "ops jobs:*"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_token_of_the_issuer_says_who_and_what()
    {
        var who = await (await SendAsync("/auth/session", _issuer.Sign(Claims()))).JsonAsync();

        Assert.Equal(("ada", "acme"), (who.GetProperty("name").GetString(), who.GetProperty("tenant").GetString()));
        Assert.Equal(["jobs:read"], who.GetProperty("scopes").EnumerateArray().Select(s => s.GetString()));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("/jobs", _issuer.Sign(Claims()))).StatusCode);
        await (await SendAsync("/api/v1/queues", _issuer.Sign(Claims()))).ProblemAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Roles_are_scopes_by_the_map()
    {
        var token = _issuer.Sign(Claims(c => c["roles"] = new JsonArray("operators", "others")));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync("/api/v1/queues", token)).StatusCode);
    }

    [Fact]
    public async Task What_the_holder_of_a_token_does_is_in_the_audit_by_their_name()
    {
        var token = _issuer.Sign(Claims(c => (c["sub"], c["scope"]) = ("grace@example.com", "admin")));

        await GuardedApi.SendAsync(_host.Client, HttpMethod.Post, "/api/v1/webhooks/endpoints", """{"url": "https://example.com/of-grace"}""", ("Authorization", $"Bearer {token}"), ("X-Actor", "ada"));

        Assert.Equal("grace@example.com", await api.Fixture.ReadAsync<string>("select actor from audit where details->>'url' = 'https://example.com/of-grace'"));
    }

    public static TheoryData<string, string, string> Bad => new()
    {
        { "exp", "1000000000", "has expired" },
        { "nbf", "4102444800", "not valid yet" },
        { "aud", "\"somebody-else\"", "meant for somebody else" },
        { "iss", "\"https://evil.example\"", "another issuer" },
        { "exp", "null", "not signed as tokens" },
        { "sub", "\"key:firstkey\"", "names no holder of a token" },
        { "sub", "\"anonymous\"", "names no holder of a token" },
        { "sub", "\"\"", "does not name a caller" },
        { "org", "\"../other\"", "names no tenant" },
        { "org", "null", "names no tenant" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_token_that_says_something_else_is_refused(string claim, string value, string why)
    {
        var token = _issuer.Sign(Claims(c =>
        {
            c.Remove(claim);
            if (value != "null")
            {
                c[claim] = JsonNode.Parse(value);
            }

            c["exp"] = claim == "nbf" ? 4_102_444_900 : c["exp"]?.DeepClone();
        }));

        Assert.Contains(why, (await (await SendAsync("/jobs", token)).ProblemAsync(HttpStatusCode.Unauthorized)).Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_nobody_or_somebody_else_signed_is_refused()
    {
        using var other = RSA.Create(2048);
        var good = _issuer.Sign(Claims());
        string[] forged =
        [
            Issuer.Write("none", Claims(), _ => []),
            Issuer.Write("None", Claims(), _ => []),
            // The public key taken for a shared secret.
            Issuer.Write("HS256", Claims(), bytes => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_issuer.PublicPem), bytes)),
            Issuer.Write("RS256", Claims(), bytes => other.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            Issuer.Write("RS256", Claims(), _ => []),
            good[..good.LastIndexOf('.')] + ".",
            good[..good.LastIndexOf('.')],
            // The signature of another text.
            $"{_issuer.Sign(Claims(c => c["scope"] = "admin"))[..^342]}{good[^342..]}",
            "e30.e30.e30",
            new string('.', 1000),
        ];

        foreach (var token in forged)
        {
            var detail = (await (await SendAsync("/jobs", token)).ProblemAsync(HttpStatusCode.Unauthorized)).Detail();
            Assert.StartsWith("The token is not signed as tokens of the trusted issuer are.", detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task While_the_issuer_is_away_before_its_keys_were_read_callers_are_told_to_come_again()
    {
        var token = _issuer.Sign(Claims());
        await using var host = api.StartHost(("Auth:Oidc:Authority", "http://127.0.0.1:9"), ("Auth:Oidc:Audience", Issuer.Audience));

        var answer = await GuardedApi.SendAsync(host.Client, HttpMethod.Get, "/jobs", json: null, ("Authorization", $"Bearer {token}"));

        await answer.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, (await GuardedApi.GetAsync(host.Client, "/jobs", GuardedApi.BootstrapKey)).StatusCode);
    }

    private JsonObject Claims(Action<JsonObject>? change = null)
    {
        var claims = _issuer.Claims();
        claims["org"] = "acme";
        change?.Invoke(claims);
        return claims;
    }

    private Task<HttpResponseMessage> SendAsync(string path, string token) =>
        GuardedApi.SendAsync(_host.Client, HttpMethod.Get, path, json: null, ("Authorization", $"Bearer {token}"));
}
