using System.Security.Cryptography;
using AsyncStack.Api.Encryption;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Encryption;
using AsyncStack.Core.Webhooks;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Tests.Encryption;

public sealed class EncryptionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly string First = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string Second = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_secret_is_stored_encrypted_for_its_row_only()
    {
        await using var host = api.StartHost(("Encryption:Keys:1", First));
        var (id, secret) = await RotateAsync(host, $"https://example.com/{Guid.NewGuid()}");

        var stored = await StoredAsync(id);
        var row = WebhookSecret.Row(id, await api.ReadAsync<long>("select max(id) from webhook_secrets where endpoint_id = $1", id));

        Assert.StartsWith("enc:v1:1:", stored, StringComparison.Ordinal);
        Assert.Equal(secret, Cipher("1", ("1", First)).Decrypt(stored, row));
        Assert.Throws<DecryptionException>(() => Cipher("1", ("1", First)).Decrypt(stored, WebhookSecret.Row(Guid.NewGuid(), 1)));
    }

    [Fact]
    public async Task Reencrypting_takes_plain_and_older_secrets_to_the_current_key_and_finds_nothing_the_second_time()
    {
        await api.ExecuteAsync("delete from webhook_secrets");
        var plain = await RotateAsync(api.Host, $"https://example.com/{Guid.NewGuid()}");
        await using var host = api.StartHost(("Encryption:Keys:1", First));
        var older = await RotateAsync(host, $"https://example.com/{Guid.NewGuid()}");
        // More than are read at a time.
        await api.ExecuteAsync("insert into webhook_secrets (endpoint_id, secret, created_at) select $1, 'whsec_' || n, now() from generate_series(1, $2) n", plain.Id, ReencryptCommand.Batch);
        var cipher = Cipher("2", ("1", First), ("2", Second));

        Assert.Equal((0, $"encrypted {ReencryptCommand.Batch + 2} webhook secrets with the current key; 0 could not be decrypted"), await ReencryptAsync(cipher));
        Assert.Equal((0, "encrypted 0 webhook secrets with the current key; 0 could not be decrypted"), await ReencryptAsync(cipher));

        Assert.Equal(0L, await api.ReadAsync<long>("select count(*) from webhook_secrets where secret not like 'enc:v1:2:%'"));
        var onlySecond = Cipher("2", ("2", Second));
        foreach (var (id, secret) in new[] { plain, older })
        {
            var rows = await api.ReadAsync<long[]>("select array_agg(id order by id) from webhook_secrets where endpoint_id = $1 and secret is not null", id);
            var first = await api.ReadAsync<string>("select secret from webhook_secrets where endpoint_id = $1 and id = $2", id, rows[0]);
            Assert.Equal(secret, onlySecond.Decrypt(first, WebhookSecret.Row(id, rows[0])));
        }
    }

    [Fact]
    public async Task A_secret_whose_key_is_gone_stays_as_it_is_and_does_not_hold_up_the_others()
    {
        await api.ExecuteAsync("delete from webhook_secrets");
        await using var host = api.StartHost(("Encryption:Keys:gone", First));
        var (lost, _) = await RotateAsync(host, $"https://example.com/{Guid.NewGuid()}");
        var (kept, _) = await RotateAsync(api.Host, $"https://example.com/{Guid.NewGuid()}");
        var before = await StoredAsync(lost);

        var (code, output) = await ReencryptAsync(Cipher("2", ("2", Second)));

        Assert.Equal(1, code);
        Assert.Contains("Encryption:Keys:gone", output, StringComparison.Ordinal);
        Assert.Equal(before, await StoredAsync(lost));
        Assert.StartsWith("enc:v1:2:", await StoredAsync(kept), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_reencrypting_says_what_to_set()
    {
        var (code, output) = await ReencryptAsync(Cipher(null));

        Assert.Equal(2, code);
        Assert.Contains("Encryption:Keys:<id>", output, StringComparison.Ordinal);
    }

    private Task<string> StoredAsync(Guid endpoint) =>
        api.ReadAsync<string>("select secret from webhook_secrets where endpoint_id = $1 and secret is not null order by id desc limit 1", endpoint);

    private static async Task<(Guid Id, string Secret)> RotateAsync(ApiHost host, string url)
    {
        const string endpoints = "/api/v1/webhooks/endpoints";
        var id = (await (await host.Client.PostAsync(endpoints, $$"""{"url": "{{url}}"}""")).JsonAsync()).GetProperty("id").GetGuid();
        var answer = await (await host.Client.PostAsync($"{endpoints}/{id}/rotate-secret", null, Cancel)).JsonAsync();
        return (id, answer.GetProperty("secret").GetString()!);
    }

    private async Task<(int Code, string Output)> ReencryptAsync(FieldCipher cipher)
    {
        await using var output = new StringWriter();
        return (await new ReencryptCommand(api.Database, cipher, output).RunAsync(Cancel), output.ToString().Trim());
    }

    private static FieldCipher Cipher(string? current, params (string Id, string Key)[] keys)
    {
        var options = new EncryptionOptions { CurrentKey = current };
        foreach (var (id, key) in keys)
        {
            options.Keys.Add(id, key);
        }

        return new FieldCipher(new OptionsWrapper<EncryptionOptions>(options));
    }
}
