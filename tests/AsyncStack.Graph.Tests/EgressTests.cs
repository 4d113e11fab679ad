using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Graph.Tests;

public sealed class EgressTests(RunningGraphFixture graph)
{
    [Theory]
    [InlineData("http://10.1.2.3/hook")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::ffff:10.1.2.3]/hook")]
    [InlineData("http://[fd00::1]/hook")]
    public async Task A_private_target_is_refused_and_the_refusal_is_recorded(string target)
    {
        var job = await graph.Client.SubmitAsync(new Uri(target));

        var delivery = await EndedAsync(job);

        Assert.Equal("dead", delivery.GetProperty("state").GetString());
        Assert.Contains("Notifier:AllowedNetworks", delivery.GetProperty("last_error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_is_not_followed()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.Headers.Location = graph.Webhook.ToString();
            return StatusCodes.Status307TemporaryRedirect;
        };

        var job = await graph.Client.SubmitAsync(receiver.Url);
        await receiver.NextAsync();
        var delivery = await EndedAsync(job);

        Assert.Equal("dead", delivery.GetProperty("state").GetString());
        Assert.Equal(307, delivery.GetProperty("last_status").GetInt32());
    }

    private async Task<JsonElement> EndedAsync(Accepted job)
    {
        JsonElement found = default;
        await Waiting.ForAsync(
            async () =>
            {
                var deliveries = await graph.Client.DeliveriesAsync(job.CorrelationId);
                found = deliveries.EnumerateArray().FirstOrDefault();
                return found.ValueKind == JsonValueKind.Object && found.GetProperty("state").GetString() != "pending";
            });
        return found;
    }
}
