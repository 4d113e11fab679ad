using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Webhooks;

public sealed class EndpointTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Endpoints = "/api/v1/webhooks/endpoints";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_is_entered_once_and_found_by_its_address()
    {
        const string url = "https://entered.example/hook?a=1";

        var created = await api.Client.PostAsync(Endpoints, $$"""{"url": "{{url}}"}""", ("X-Actor", "anna"));
        var again = await api.Client.PostAsync(Endpoints, $$"""{"url": "{{url}}"}""");

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var endpoint = await created.JsonAsync();
        Assert.Equal($"{Endpoints}/{endpoint.GetProperty("id").GetGuid()}", created.Headers.Location?.OriginalString);
        await again.ProblemAsync(HttpStatusCode.Conflict);
        var found = Assert.Single((await ReadAsync($"?url={Uri.EscapeDataString(url)}&enabled=true")).EnumerateArray());
        Assert.Equal(endpoint.ToString(), found.ToString());
        Assert.Equal(endpoint.ToString(), (await ReadAsync($"/{endpoint.GetProperty("id").GetGuid()}")).ToString());
        Assert.Equal($$"""anna {"url": "{{url}}"}""", await api.ReadAsync<string>(
            "select actor || ' ' || details from audit where action = 'webhook_endpoint.create' and subject_id = $1", endpoint.GetProperty("id").GetString()!));
    }

    [Fact]
    public async Task An_endpoint_is_closed_and_opened_and_what_is_so_already_stays()
    {
        var id = await CreateAsync();

        var closed = await PostAsync(id, "disable", """{"reason": "too slow"}""");
        await PostAsync(id, "disable", "");
        Assert.Equal((false, "too slow"), (closed.GetProperty("enabled").GetBoolean(), closed.GetProperty("disabled_reason").GetString()));
        Assert.Contains(id, (await ReadAsync("?enabled=false")).EnumerateArray().Select(e => e.GetProperty("id").GetGuid()));
        Assert.True((await PostAsync(id, "enable", "")).GetProperty("enabled").GetBoolean());
        await PostAsync(id, "enable", "");

        Assert.Equal("disabled by tester", (await PostAsync(id, "disable", "")).GetProperty("disabled_reason").GetString());
        Assert.Equal(
            ["webhook_endpoint.create", "webhook_endpoint.disable", "webhook_endpoint.enable", "webhook_endpoint.disable"], await ActionsAsync(id));
    }

    [Fact]
    public async Task A_new_secret_is_shown_once_and_those_before_expire_with_the_overlap()
    {
        var id = await CreateAsync();

        var response = await api.Client.PostAsync($"{Endpoints}/{id}/rotate-secret", null, Cancel);
        var first = await response.JsonAsync();
        var second = await PostAsync(id, "rotate-secret", """{"overlap_seconds": 60}""");

        var now = TimeProvider.System.GetUtcNow();
        Assert.True(response.Headers.CacheControl?.NoStore);
        var secrets = new[] { first, second }.Select(r => r.GetProperty("secret").GetString()!).ToArray();
        Assert.All(secrets, s => Assert.Equal(32, Convert.FromBase64String(s["whsec_".Length..]).Length));
        Assert.NotEqual(secrets[0], secrets[1]);
        Assert.InRange(first.GetProperty("overlap_until").GetDateTimeOffset(), now.AddHours(23), now.AddHours(25));
        Assert.Equal(["", secrets[0], secrets[1]], await api.ReadAsync<string[]>(
            "select array_agg(coalesce(secret, '') order by id) from webhook_secrets where endpoint_id = $1", id));
        Assert.Equal(2L, await api.ReadAsync<long>(
            "select count(*) from webhook_secrets where endpoint_id = $1 and expires_at < now() + interval '61 s'", id));

        var shown = (await ReadAsync($"/{id}")).GetProperty("secrets").EnumerateArray().ToArray();
        Assert.Equal([false, false, true], shown.Select(s => s.GetProperty("configured").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, shown[0].GetProperty("expires_at").ValueKind);
        Assert.Equal(["webhook_endpoint.create", "webhook_endpoint.rotate_secret", "webhook_endpoint.rotate_secret"], await ActionsAsync(id));
        var everything = (await ReadAsync("")).ToString() + await (await api.Client.GetAsync("/api/v1/audit?limit=100", Cancel)).Content.ReadAsStringAsync(Cancel);
        Assert.All(secrets, s => Assert.DoesNotContain(s, everything, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_overlap_only_the_new_secret_signs()
    {
        var id = await CreateAsync();
        await PostAsync(id, "rotate-secret", "");

        var newest = await PostAsync(id, "rotate-secret", """{"overlap_seconds": 0}""");

        Assert.Equal(JsonValueKind.Null, newest.GetProperty("overlap_until").ValueKind);
        Assert.Equal(newest.GetProperty("secret").GetString(), await api.ReadAsync<string>("select string_agg(secret, ' ') from webhook_secrets where endpoint_id = $1", id));
    }

    [Fact]
    public async Task More_secrets_than_five_at_once_are_refused_and_nothing_is_changed()
    {
        var id = await CreateAsync();
        for (var i = 0; i < 4; i++)
        {
            await PostAsync(id, "rotate-secret", "");
        }

        const string state = "select string_agg(s::text, ',' order by id) from webhook_secrets s where endpoint_id = $1";
        var before = await api.ReadAsync<string>(state, id);
        await (await api.Client.PostAsync($"{Endpoints}/{id}/rotate-secret", null, Cancel)).ProblemAsync(HttpStatusCode.Conflict);

        Assert.Equal(before, await api.ReadAsync<string>(state, id));
        await PostAsync(id, "rotate-secret", """{"overlap_seconds": 0}""");
    }

    [Fact]
    public async Task Two_rotations_at_once_follow_one_another()
    {
        var id = await CreateAsync();

        await Task.WhenAll(PostAsync(id, "rotate-secret", ""), PostAsync(id, "rotate-secret", ""));

        Assert.Equal((3L, 1L), (
            await api.ReadAsync<long>("select count(*) from webhook_secrets where endpoint_id = $1", id),
            await api.ReadAsync<long>("select count(*) from webhook_secrets where endpoint_id = $1 and expires_at is null", id)));
    }

    [Theory]
    [InlineData("enable")]
    [InlineData("disable")]
    [InlineData("rotate-secret")]
    public async Task An_unknown_endpoint_is_404(string verb)
    {
        await (await api.Client.PostAsync($"{Endpoints}/{Guid.NewGuid()}/{verb}", null, Cancel)).ProblemAsync(HttpStatusCode.NotFound);
        await (await api.Client.GetAsync($"{Endpoints}/{Guid.NewGuid()}", Cancel)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("", "{}", "url")]
    [InlineData("", "[]", "body")]
    [InlineData("", """{"url": 5}""", "url")]
    [InlineData("", """{"url": "ftp://example.com"}""", "url")]
    [InlineData("", """{"url": "https://user@example.com"}""", "url")]
    [InlineData("rotate-secret", """{"overlap_seconds": -1}""", "overlap_seconds")]
    [InlineData("rotate-secret", """{"overlap_seconds": 2592001}""", "overlap_seconds")]
    [InlineData("rotate-secret", """{"overlap_seconds": "1 h"}""", "overlap_seconds")]
    [InlineData("rotate-secret", "5", "body")]
    [InlineData("disable", """{"reason": ""}""", "reason")]
    public async Task A_body_that_makes_no_sense_is_told_what_to_mend(string verb, string body, string field)
    {
        var path = verb.Length == 0 ? Endpoints : $"{Endpoints}/{Guid.NewGuid()}/{verb}";

        var problem = await (await api.Client.PostAsync(path, body)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Theory]
    [InlineData("enabled=maybe", "enabled")]
    [InlineData("url=%00", "url")]
    [InlineData("limit=0", "limit")]
    public async Task A_parameter_that_makes_no_sense_is_named(string query, string field)
    {
        var problem = await (await api.Client.GetAsync($"{Endpoints}?{query}", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    private async Task<JsonElement> ReadAsync(string path) => await (await api.Client.GetAsync(Endpoints + path, Cancel)).JsonAsync();

    private async Task<Guid> CreateAsync() =>
        (await (await api.Client.PostAsync(Endpoints, $$"""{"url": "https://{{Guid.NewGuid()}}.example/"}""")).JsonAsync()).GetProperty("id").GetGuid();

    private async Task<JsonElement> PostAsync(Guid id, string verb, string body) => await (await api.Client.PostBytesAsync(
        $"{Endpoints}/{id}/{verb}", System.Text.Encoding.UTF8.GetBytes(body), body.Length == 0 ? null : "application/json", ("X-Actor", "tester"))).JsonAsync();

    private Task<string[]> ActionsAsync(Guid id) =>
        api.ReadAsync<string[]>("select array_agg(action order by at) from audit where subject_id = $1", id.ToString());
}
