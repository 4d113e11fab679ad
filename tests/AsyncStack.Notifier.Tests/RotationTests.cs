using AsyncStack.Core.Encryption;
using AsyncStack.Core.Webhooks;
using AsyncStack.Notifier.Tests.Support;
using AsyncStack.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AsyncStack.Notifier.Tests;

[Collection(ServersCollection.Name)]
public sealed class RotationTests(NotifierFixture servers) : IClassFixture<NotifierFixture>
{
    private static readonly string Own = "whsec_" + Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray());

    [Fact]
    public async Task While_secrets_overlap_a_target_is_signed_for_with_both_the_new_one_first()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();
        await AddAsync(receiver.Url, (null, "1 hour"), (Own, null));

        await servers.Jobs.FinishAsync(receiver.Url);

        var request = await receiver.NextAsync();
        var signatures = request.Headers["webhook-signature"].Split(' ');
        Assert.Equal(2, signatures.Length);
        Assert.True(Secrets.Verify(request, Own) && Secrets.Verify(request, Secrets.Current));
        Assert.Equal("", await Secrets.VerifyWithStandardWebhooksAsync(request, Own));
        Assert.Equal("", await Secrets.VerifyWithStandardWebhooksAsync(request, Secrets.Current));
        Assert.True(Secrets.Verify(WithSignature(request, signatures[0]), Own));
    }

    [Fact]
    public async Task After_the_overlap_only_the_new_one_signs_and_other_targets_have_the_configured_one_as_ever()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();
        await AddAsync(receiver.Url, (null, "-2 seconds"), (Secrets.Next, "-1 second"), (Own, null));

        await servers.Jobs.FinishAsync(receiver.Url);
        await servers.Jobs.FinishAsync(other.Url);

        var (request, elsewhere) = (await receiver.NextAsync(), await other.NextAsync());
        Assert.True(Secrets.Verify(request, Own));
        Assert.False(Secrets.Verify(request, Secrets.Current) || Secrets.Verify(request, Secrets.Next));
        Assert.True(Secrets.Verify(elsewhere, Secrets.Current));
        Assert.DoesNotContain(' ', elsewhere.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task An_attempt_made_after_a_rotation_is_signed_with_the_new_secret()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async context =>
        {
            if (receiver.Count == 1)
            {
                await AddAsync(receiver.Url, (null, "1 hour"), (Own, null));
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        };
        await using var notifier = await servers.StartAsync();

        await servers.Jobs.FinishAsync(receiver.Url);

        var (first, second) = (await receiver.NextAsync(), await receiver.NextAsync());
        Assert.False(Secrets.Verify(first, Own));
        Assert.True(Secrets.Verify(second, Own) && Secrets.Verify(second, Secrets.Current));
        Assert.Equal(first.MessageId, second.MessageId);
    }

    [Fact]
    public async Task An_encrypted_secret_signs_and_one_that_cannot_be_decrypted_says_so_in_its_attempt()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var lost = await Receiver.StartAsync();
        await AddAsync(receiver.Url, (Own, null));
        await AddAsync(lost.Url, ("enc:v1:gone:" + new string('A', 80), null));
        var key = Convert.ToBase64String(Enumerable.Repeat((byte)9, 32).ToArray());
        var options = new EncryptionOptions { Keys = { ["1"] = key } };
        var (endpoint, id) = (await ReadAsync<Guid>("endpoint_id", receiver.Url), await ReadAsync<long>("s.id", receiver.Url));
        var stored = new FieldCipher(Options.Create(options)).Encrypt(Own, WebhookSecret.Row(endpoint, id));
        await servers.Rows.ExecuteAsync($"update webhook_secrets set secret = '{stored}' where endpoint_id = '{endpoint}'");
        await using var notifier = await servers.StartAsync(new() { ["Encryption:Keys:1"] = key, ["Notifier:RetryDelays:0"] = "01:00:00" });

        await servers.Jobs.FinishAsync(lost.Url);
        await servers.Jobs.FinishAsync(receiver.Url);

        Assert.True(Secrets.Verify(await receiver.NextAsync(), Own));
        await Waiting.ForAsync(async () => await ScalarAsync<long>($"select count(*) from webhook_deliveries where target_url = '{lost.Url}' and last_error like '%Encryption:Keys:gone%'") == 1);
        Assert.Equal(0, lost.Count);
    }

    private Task<T> ReadAsync<T>(string column, string url) =>
        ScalarAsync<T>($"select {column} from webhook_secrets s join webhook_endpoints e on e.id = s.endpoint_id where e.url = '{url}'");

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = servers.Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Gives a target secrets, the oldest first; null stands for the configured ones.</summary>
    private async Task AddAsync(string url, params (string? Secret, string? ExpiresIn)[] secrets)
    {
        await servers.Rows.ExecuteAsync($"insert into webhook_endpoints (id, url, created_at) values (gen_random_uuid(), '{url}', now())");
        foreach (var (secret, expires) in secrets)
        {
            await servers.Rows.ExecuteAsync($"""
                insert into webhook_secrets (endpoint_id, secret, created_at, expires_at)
                select id, nullif('{secret}', ''), now(), now() + nullif('{expires}', '')::interval from webhook_endpoints where url = '{url}'
                """);
        }
    }

    private static ReceivedRequest WithSignature(ReceivedRequest request, string signature) => request with
    {
        Headers = new Dictionary<string, string>(request.Headers, StringComparer.Ordinal) { ["webhook-signature"] = signature },
    };
}
