using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace AsyncStack.Api.Tests.Webhooks;

public sealed class DeliveriesTests(DeliveriesFixture api) : IClassFixture<DeliveriesFixture>
{
    private const string Deliveries = "/api/v1/webhooks/deliveries";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_is_read_page_by_page_newest_first()
    {
        const string target = "https://pages.example/hook";
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await api.InsertAsync(target: target));
        }

        var read = new List<Guid>();
        string? next = $"{Deliveries}?limit=2&target={Uri.EscapeDataString(target)}";
        for (var pages = 0; next is not null; pages++)
        {
            Assert.True(pages < 3);
            var response = await api.Client.GetAsync(next, Cancel);
            read.AddRange(await IdsAsync(response));
            next = response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        Assert.Equal(ids.OrderDescending(), read);
    }

    [Fact]
    public async Task A_list_is_filtered_by_state_and_correlation_id()
    {
        var correlation = Guid.NewGuid().ToString();
        var dead = await api.InsertAsync("dead", correlationId: correlation);
        await api.InsertAsync("delivered", correlationId: correlation);
        await api.InsertAsync("dead");

        Assert.Equal([dead], await IdsAsync(await api.Client.GetAsync($"{Deliveries}?state=dead&correlation_id={correlation}", Cancel)));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("state=lost", "state")]
    [InlineData("correlation_id=%00", "correlation_id")]
    [InlineData("target=%00", "target")]
    public async Task A_parameter_that_makes_no_sense_is_named(string query, string field)
    {
        var response = await api.Client.GetAsync($"{Deliveries}?{query}", Cancel);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task A_delivery_shows_its_body_and_attempts()
    {
        var id = await api.InsertAsync();

        var body = await api.Client.GetStringAsync($"{Deliveries}/{id}", Cancel);

        Assert.Contains("\"body\":{\"result\": 1.50}", body, StringComparison.Ordinal);
        using var delivery = JsonDocument.Parse(body);
        var attempt = delivery.RootElement.GetProperty("attempt_log")[0];
        Assert.Equal((1, 500, "oops"), (attempt.GetProperty("attempt").GetInt32(), attempt.GetProperty("status").GetInt32(), attempt.GetProperty("response_body").GetString()));
    }

    [Fact]
    public async Task A_replay_makes_it_due_wakes_the_notifiers_and_opens_a_disabled_target()
    {
        const string target = "https://gone.example/hook";
        var id = await api.InsertAsync(target: target);
        await using var listener = await api.Database.OpenConnectionAsync(Cancel);
        await using (var listen = new NpgsqlCommand(
            $"insert into webhook_endpoints values (gen_random_uuid(), '{target}', now(), now(), 'gone'); listen webhook_due", listener))
        {
            await listen.ExecuteNonQueryAsync(Cancel);
        }

        var response = await api.Client.PostAsync($"{Deliveries}/{id}/replay", null, Cancel);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"{Deliveries}/{id}", response.Headers.Location?.OriginalString);
        Assert.True(await listener.WaitAsync(Waiting.AtMost, Cancel));
        Assert.Equal("pending 1", await api.ReadAsync<string>(
            $"select state || ' ' || attempts from webhook_deliveries where id = '{id}' and next_attempt_at <= now()"));
        Assert.Equal(0L, await api.ReadAsync<long>($"select count(*) from webhook_endpoints where url = '{target}' and disabled_at is not null"));
    }

    [Fact]
    public async Task A_pending_delivery_cannot_be_replayed()
    {
        var id = await api.InsertAsync("pending");

        Assert.Equal(HttpStatusCode.Conflict, (await api.Client.PostAsync($"{Deliveries}/{id}/replay", null, Cancel)).StatusCode);
    }

    [Fact]
    public async Task An_unknown_delivery_is_not_found()
    {
        var unknown = $"{Deliveries}/{Guid.NewGuid()}";

        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync(unknown, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.PostAsync($"{unknown}/replay", null, Cancel)).StatusCode);
    }

    private static async Task<List<Guid>> IdsAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var page = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        return [.. page.EnumerateArray().Select(d => d.GetProperty("id").GetGuid())];
    }
}
