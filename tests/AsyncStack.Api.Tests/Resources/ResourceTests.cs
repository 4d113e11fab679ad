using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;
using static AsyncStack.Api.Tests.Resources.ResourceClient;

namespace AsyncStack.Api.Tests.Resources;

public sealed class ResourceTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Key = "Idempotency-Key";

    private static readonly string Unknown = $"{Root}/{Guid.CreateVersion7()}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_resource_is_created_with_the_status_active_and_read_back()
    {
        var created = await api.Client.PostAsync(Root, """{"name": "pump", "description": "left", "more": 1}""");

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("\"1\"", created.Headers.ETag!.ToString());
        var resource = await created.JsonAsync();
        Assert.Equal(["id", "name", "description", "status", "created_at", "updated_at"], resource.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("pump", "left", "active"), Fields(resource));
        Assert.Equal(7, resource.GetProperty("id").GetGuid().Version);
        Assert.Equal($"{Root}/{resource.GetProperty("id").GetString()}", created.Headers.Location!.ToString());
        var read = await api.Client.ReadAsync(created.Headers.Location!.ToString());
        Assert.Equal("\"1\"", read.Headers.ETag!.ToString());
        Assert.Equal(resource.GetRawText(), (await read.JsonAsync()).GetRawText());
    }

    [Theory]
    [InlineData("""{"name": "n"}""", null, "active")]
    [InlineData("""{"name": "n", "description": null, "status": null}""", null, "active")]
    [InlineData("""{"name": "n", "description": "", "status": "retired"}""", "", "retired")]
    [InlineData("""{"name": "n", "description": "<b>\"ü\" 漢字 \ud83d\ude00</b>"}""", "<b>\"ü\" 漢字 😀</b>", "active")]
    public async Task What_may_be_left_out_has_a_default(string body, string? description, string status)
    {
        var created = await api.Client.PostAsync(Root, body);

        Assert.Equal(("n", description, status), Fields(await created.JsonAsync()));
    }

    [Fact]
    public async Task The_longest_texts_are_taken()
    {
        var body = JsonSerializer.Serialize(new { name = new string('n', 255), description = new string('d', 10_000), status = new string('s', 50) });

        Assert.Equal(HttpStatusCode.Created, (await api.Client.PostAsync(Root, body)).StatusCode);
    }

    public static TheoryData<string, string> BadBodies => new()
    {
        { "{}", "name" },
        { """{"name": null}""", "name" },
        { """{"name": ""}""", "name" },
        { """{"name": 1}""", "name" },
        { """{"name": "a\u0000b"}""", "name" },
        { """{"name": "\ud800"}""", "name" },
        { JsonSerializer.Serialize(new { name = new string('n', 256) }), "name" },
        { """{"name": "n", "description": []}""", "description" },
        { JsonSerializer.Serialize(new { name = "n", description = new string('d', 10_001) }), "description" },
        { """{"name": "n", "status": ""}""", "status" },
        { JsonSerializer.Serialize(new { name = "n", status = new string('s', 51) }), "status" },
        { "[]", "$" },
        { "null", "$" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_bad_field_is_named_whether_it_is_created_or_replaced(string body, string field)
    {
        foreach (var response in new[] { await api.Client.PostAsync(Root, body), await api.Client.ReplaceAsync(Unknown, body) })
        {
            var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
            Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        }
    }

    [Fact]
    public async Task A_body_that_is_none_is_refused()
    {
        await (await api.Client.PostAsync(Root, "{\"name\": ")).ProblemAsync(HttpStatusCode.BadRequest);
        await (await api.Client.ReplaceAsync(Unknown, "{\"name\": ")).ProblemAsync(HttpStatusCode.BadRequest);
        await (await api.Client.PostBytesAsync(Root, "{}"u8.ToArray(), "text/plain")).ProblemAsync(HttpStatusCode.UnsupportedMediaType);
        await (await api.Client.PostBytesAsync(Root, new byte[1024 * 1024 + 1], "application/json")).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Replacing_replaces_all_and_gives_a_new_tag()
    {
        var path = (await api.Client.PostAsync(Root, """{"name": "a", "description": "b", "status": "c"}""")).Headers.Location!.ToString();
        var before = await (await api.Client.ReadAsync(path)).JsonAsync();

        var replaced = await api.Client.ReplaceAsync(path, """{"name": "x"}""");

        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        Assert.Equal("\"2\"", replaced.Headers.ETag!.ToString());
        var after = await replaced.JsonAsync();
        Assert.Equal(("x", null, "active"), Fields(after));
        Assert.Equal(before.GetProperty("created_at").GetString(), after.GetProperty("created_at").GetString());
        Assert.True(after.GetProperty("updated_at").GetDateTimeOffset() > before.GetProperty("updated_at").GetDateTimeOffset());
        Assert.Equal(after.GetRawText(), (await (await api.Client.ReadAsync(path)).JsonAsync()).GetRawText());
    }

    [Fact]
    public async Task A_deleted_resource_is_gone()
    {
        var path = await api.Client.CreateAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.RemoveAsync(path)).StatusCode);

        await (await api.Client.ReadAsync(path)).ProblemAsync(HttpStatusCode.NotFound);
        await (await api.Client.ReplaceAsync(path, """{"name": "n"}""")).ProblemAsync(HttpStatusCode.NotFound);
        await (await api.Client.RemoveAsync(path)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("not-a-uuid")]
    [InlineData("00000000000000000000000000000000")]
    public async Task An_id_that_is_none_is_named(string id)
    {
        foreach (var response in new[]
        {
            await api.Client.ReadAsync($"{Root}/{id}"), await api.Client.ReplaceAsync($"{Root}/{id}", """{"name": "n"}"""), await api.Client.RemoveAsync($"{Root}/{id}"),
        })
        {
            var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
            Assert.True(problem.GetProperty("errors").TryGetProperty("id", out _));
        }
    }

    [Theory]
    [InlineData("\"2\"", true)]
    [InlineData("*", true)]
    [InlineData("\"1\", \"2\"", true)]
    [InlineData("\"1\"", false)]
    [InlineData("W/\"2\"", false)]
    [InlineData("\"another form\"", false)]
    [InlineData("\"02\"", false)]
    public async Task If_match_lets_only_the_current_version_be_changed(string tags, bool met)
    {
        var path = await api.Client.CreateAsync();
        await api.Client.ReplaceAsync(path, """{"name": "second"}""");

        var read = await api.Client.ReadAsync(path, ("If-Match", tags));
        var replaced = await api.Client.ReplaceAsync(path, """{"name": "third"}""", ("If-Match", tags));

        Assert.Equal(met ? HttpStatusCode.OK : HttpStatusCode.PreconditionFailed, read.StatusCode);
        Assert.Equal(met ? HttpStatusCode.OK : HttpStatusCode.PreconditionFailed, replaced.StatusCode);
        if (!met)
        {
            var problem = await replaced.ProblemAsync(HttpStatusCode.PreconditionFailed);
            Assert.Contains("\"2\"", problem.Detail(), StringComparison.Ordinal);
            Assert.Equal("\"2\"", replaced.Headers.ETag!.ToString());
            await (await api.Client.RemoveAsync(path, ("If-Match", tags))).ProblemAsync(HttpStatusCode.PreconditionFailed);
            Assert.Equal("second", (await (await api.Client.ReadAsync(path)).JsonAsync()).GetProperty("name").GetString());
        }
    }

    [Theory]
    [InlineData("\"1\"", true)]
    [InlineData("W/\"1\"", true)]
    [InlineData("\"7\", \"1\"", true)]
    [InlineData("*", true)]
    [InlineData("\"2\"", false)]
    public async Task If_none_match_spares_the_reader_what_it_has_and_keeps_the_writer_off(string tags, bool has)
    {
        var path = await api.Client.CreateAsync();

        var read = await api.Client.ReadAsync(path, ("If-None-Match", tags));
        var replaced = await api.Client.ReplaceAsync(path, """{"name": "x"}""", ("If-None-Match", tags));

        Assert.Equal(has ? HttpStatusCode.NotModified : HttpStatusCode.OK, read.StatusCode);
        Assert.Equal("\"1\"", read.Headers.ETag!.ToString());
        Assert.Equal(has, (await read.Content.ReadAsByteArrayAsync(Cancel)).Length == 0);
        Assert.Equal(has ? HttpStatusCode.PreconditionFailed : HttpStatusCode.OK, replaced.StatusCode);
        if (has)
        {
            await (await api.Client.RemoveAsync(path, ("If-None-Match", tags))).ProblemAsync(HttpStatusCode.PreconditionFailed);
        }
    }

    [Theory]
    [InlineData("If-Match", "1")]
    [InlineData("If-Match", "\"1")]
    [InlineData("If-None-Match", "one, two")]
    public async Task A_malformed_condition_is_named_and_nothing_is_changed(string header, string value)
    {
        var path = await api.Client.CreateAsync("kept");

        foreach (var response in new[]
        {
            await api.Client.ReadAsync(path, (header, value)),
            await api.Client.ReplaceAsync(path, """{"name": "x"}""", (header, value)),
            await api.Client.RemoveAsync(path, (header, value)),
        })
        {
            var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
            Assert.True(problem.GetProperty("errors").TryGetProperty(header, out _));
        }

        Assert.Equal("kept", (await (await api.Client.ReadAsync(path)).JsonAsync()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task An_unknown_resource_is_404_whatever_the_condition() =>
        await (await api.Client.ReplaceAsync(Unknown, """{"name": "n"}""", ("If-Match", "\"1\""))).ProblemAsync(HttpStatusCode.NotFound);

    [Fact]
    public async Task Links_walk_all_resources_newest_first()
    {
        await api.ExecuteAsync("delete from resources");
        var paths = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            paths.Add(await api.Client.CreateAsync($"{i}"));
        }

        var read = new List<string>();
        for (string? next = $"{Root}?limit=3"; next is not null;)
        {
            var page = await api.Client.GetAsync(next, Cancel);
            read.AddRange((await page.JsonAsync()).EnumerateArray().Select(r => $"{Root}/{r.GetProperty("id").GetString()}"));
            next = page.Next();
        }

        // Ids tell the order of their making, but for those of one millisecond, which have one of their own.
        Assert.Equal(paths.OrderDescending(StringComparer.Ordinal), read);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("cursor=nonsense", "cursor")]
    public async Task A_parameter_that_makes_no_sense_is_named(string query, string field)
    {
        var problem = await (await api.Client.GetAsync($"{Root}?{query}", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_gets_the_same_answer_and_makes_no_second_resource()
    {
        var (key, body) = (Guid.NewGuid().ToString(), $$"""{"name": "{{Guid.NewGuid()}}"}""");

        var first = await api.Client.PostAsync(Root, body, (Key, key));
        var second = await api.Client.PostAsync(Root, body, (Key, key));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.Equal((await first.JsonAsync()).GetRawText(), (await second.JsonAsync()).GetRawText());
        Assert.Equal(1, await CountAsync(body));
        await (await api.Client.PostAsync(Root, """{"name": "another"}""", (Key, key))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        await (await api.Client.PostAsync(Root, body, (Key, "\"unclosed"))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Two_at_once_with_one_key_make_one_resource()
    {
        for (var round = 0; round < 20; round++)
        {
            var (key, body) = (Guid.NewGuid().ToString(), $$"""{"name": "{{Guid.NewGuid()}}"}""");
            var answers = await Task.WhenAll(api.Client.PostAsync(Root, body, (Key, key)), api.Client.PostAsync(Root, body, (Key, key)));

            Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict));
            Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.Created);
            Assert.Equal(1, await CountAsync(body));
        }
    }

    private Task<long> CountAsync(string body) =>
        api.ReadAsync<long>("select count(*) from resources where name = $1", JsonElement.Parse(body).GetProperty("name").GetString()!);

    private static (string Name, string? Description, string Status) Fields(JsonElement resource) =>
        (resource.GetProperty("name").GetString()!, resource.GetProperty("description").GetString(), resource.GetProperty("status").GetString()!);
}
