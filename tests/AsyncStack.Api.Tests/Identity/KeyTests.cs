using System.Net;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Testing;

namespace AsyncStack.Api.Tests.Identity;

public sealed class KeyTests(GuardedApi api) : IClassFixture<GuardedApi>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_shown_once_and_kept_as_a_keyed_hash()
    {
        var created = await SendAsync(HttpMethod.Post, GuardedApi.Keys, """{"name": "importer", "scopes": ["jobs:*", "ops"], "tenant": "acme", "expires_at": "2990-01-01T00:00:00Z"}""");

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.True(created.Headers.CacheControl!.NoStore);
        var json = await created.JsonAsync();
        var (key, details) = (json.GetProperty("key").GetString()!, json.GetProperty("details"));
        Assert.Matches("^ask_[A-Za-z0-9]{8}_[A-Za-z0-9]{43}$", key);
        Assert.Equal(key[..12], details.GetProperty("prefix").GetString());
        Assert.Equal("key:firstkey", details.GetProperty("created_by").GetString());
        var found = await (await SendAsync(HttpMethod.Get, created.Headers.Location!.OriginalString)).JsonAsync();
        Assert.Equal(details.ToString(), found.ToString());
        var row = await api.Fixture.ReadAsync<string>("select to_jsonb(k)::text from api_keys k where id = $1", details.GetProperty("id").GetGuid());
        Assert.DoesNotContain(key[13..], row, StringComparison.Ordinal);
        Assert.Equal(32L, await api.Fixture.ReadAsync<long>("select octet_length(hash)::bigint from api_keys where id = $1", details.GetProperty("id").GetGuid()));
    }

    [Theory]
    [InlineData("""{"scopes": ["ops"]}""", "name")]
    [InlineData("""{"name": "a", "scopes": []}""", "scopes")]
    [InlineData("""{"name": "a", "scopes": ["jobs:read", "root"]}""", "scopes[1]")]
    [InlineData("""{"name": "a", "scopes": ["ops"], "tenant": "Not a name"}""", "tenant")]
    [InlineData("""{"name": "a", "scopes": ["ops"], "expires_at": "2001-01-01T00:00:00Z"}""", "expires_at")]
    public async Task A_key_that_makes_no_sense_is_refused_by_its_field(string body, string field)
    {
        var problem = await (await SendAsync(HttpMethod.Post, GuardedApi.Keys, body)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Rotation_keeps_the_old_key_for_the_overlap_and_no_longer()
    {
        var old = await api.CreateKeyAsync("jobs:read");

        var rotated = await (await SendAsync(HttpMethod.Post, $"{GuardedApi.Keys}/{old.Id}/rotate", """{"overlap_seconds": 3600}""")).JsonAsync();
        var next = rotated.GetProperty("key").GetString()!;
        Assert.Equal(old.Id, rotated.GetProperty("details").GetProperty("replaces").GetGuid());
        Assert.Equal(HttpStatusCode.OK, await ReadJobsAsync(old.Text));
        Assert.Equal(HttpStatusCode.OK, await ReadJobsAsync(next));

        var id = rotated.GetProperty("details").GetProperty("id").GetGuid();
        await SendAsync(HttpMethod.Post, $"{GuardedApi.Keys}/{id}/rotate", """{"overlap_seconds": 0}""");
        await Waiting.ForAsync(async () => await ReadJobsAsync(next) == HttpStatusCode.Unauthorized);
        await (await SendAsync(HttpMethod.Post, $"{GuardedApi.Keys}/{id}/rotate")).ProblemAsync(HttpStatusCode.Conflict);
        await (await SendAsync(HttpMethod.Post, $"{GuardedApi.Keys}/{Guid.NewGuid()}/rotate")).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_done_to_keys_is_in_the_audit_by_the_key_that_did_it()
    {
        var admin = await api.CreateKeyAsync("admin");
        var made = await (await GuardedApi.SendAsync(api.Client, HttpMethod.Post, GuardedApi.Keys, """{"name": "b", "scopes": ["ops"]}""", ("X-Api-Key", admin.Text), ("X-Actor", "somebody-else"))).JsonAsync();
        var id = made.GetProperty("details").GetProperty("id").GetGuid();
        await GuardedApi.SendAsync(api.Client, HttpMethod.Post, $"{GuardedApi.Keys}/{id}/rotate", admin.Text);
        await GuardedApi.SendAsync(api.Client, HttpMethod.Post, $"{GuardedApi.Keys}/{id}/revoke", admin.Text);
        await GuardedApi.SendAsync(api.Client, HttpMethod.Post, $"{GuardedApi.Keys}/{id}/revoke", admin.Text);

        var audit = await (await SendAsync(HttpMethod.Get, $"/api/v1/audit?subject_type=api_key&subject_id={id}")).JsonAsync();

        Assert.Equal(["api_key.revoke", "api_key.rotate", "api_key.create"], audit.EnumerateArray().Select(a => a.GetProperty("action").GetString()));
        Assert.All(audit.EnumerateArray(), a => Assert.Equal(admin.Actor, a.GetProperty("actor").GetString()));
        Assert.DoesNotContain(made.GetProperty("key").GetString()![13..], audit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Use_is_written_down_without_a_write_for_each()
    {
        await using var host = api.StartHost(("Auth:UseInterval", "00:00:00.2"));
        var key = await api.CreateKeyAsync("jobs:read");

        await GuardedApi.GetAsync(host.Client, "/jobs", key.Text);

        await Waiting.ForAsync(async () => await api.Fixture.ReadAsync<bool>("select last_used_at is not null from api_keys where id = $1", key.Id));
    }

    [Fact]
    public async Task Keys_are_listed_by_whether_they_are_valid()
    {
        var (live, dead) = (await api.CreateKeyAsync("ops"), await api.CreateKeyAsync("ops"));
        await api.RevokeAsync(dead);

        Assert.Contains(live.Id, await ListAsync("?active=true&limit=100"));
        Assert.DoesNotContain(dead.Id, await ListAsync("?active=true&limit=100"));
        Assert.Contains(dead.Id, await ListAsync("?active=false&limit=100"));
    }

    private async Task<List<Guid>> ListAsync(string query) =>
        [.. (await (await SendAsync(HttpMethod.Get, GuardedApi.Keys + query)).JsonAsync()).EnumerateArray().Select(k => k.GetProperty("id").GetGuid())];

    private async Task<HttpStatusCode> ReadJobsAsync(string key) => (await GuardedApi.GetAsync(api.Client, "/jobs", key)).StatusCode;

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null) =>
        GuardedApi.SendAsync(api.Client, method, path, GuardedApi.BootstrapKey, body);
}
