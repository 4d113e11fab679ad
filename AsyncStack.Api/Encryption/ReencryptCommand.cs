using AsyncStack.Core.Encryption;
using AsyncStack.Core.Webhooks;
using Npgsql;

namespace AsyncStack.Api.Encryption;

/// <summary>
/// <c>AsyncStack.Api reencrypt</c>: encrypts with the current key what is plain or encrypted with another, while services go on. What is
/// encrypted with the current key stays as it is, so that it may be run again at any time.
/// </summary>
internal sealed class ReencryptCommand(NpgsqlDataSource database, FieldCipher cipher, TextWriter output)
{
    /// <summary>Rows read at a time.</summary>
    public const int Batch = 256;

    private const string ReadSql = $"""
        select s.endpoint_id, s.id, s.secret, {WebhookSecret.RowSql} from webhook_secrets s
        where s.secret is not null and not starts_with(s.secret, @current) and (s.endpoint_id, s.id) > (@endpoint, @id)
        order by s.endpoint_id, s.id limit @batch
        """;

    // One row a statement: with more, it and a rotation could wait for each other. What changed meanwhile is left alone.
    private const string WriteSql = "update webhook_secrets set secret = @fresh where endpoint_id = @endpoint and id = @id and secret = @stale";

    public static async Task<int> RunAsync(WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddNpgsqlDataSource("asyncstack");
        builder.AddFieldEncryption();
        await using var app = builder.Build();
        var command = new ReencryptCommand(app.Services.GetRequiredService<NpgsqlDataSource>(), app.Services.GetRequiredService<FieldCipher>(), Console.Out);
        return await command.RunAsync(app.Lifetime.ApplicationStopping);
    }

    /// <returns>The exit code: 0 done, 1 some could not be decrypted and stay as they are, 2 there is no key.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (cipher.CurrentPrefix is not { } current)
        {
            await output.WriteLineAsync("nothing to encrypt with: set Encryption:Keys:<id> to base64 of 32 bytes");
            return 2;
        }

        var (written, failed, last) = (0, 0, (Endpoint: Guid.Empty, Id: 0L));
        while (await ReadAsync(current, last.Endpoint, last.Id, cancellationToken) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                if (await DecryptAsync(row) is not { } secret)
                    failed++;
                else if (await WriteAsync(row, cipher.Encrypt(secret, row.Name), cancellationToken))
                    written++;
            }

            last = (rows[^1].Endpoint, rows[^1].Id);
        }

        await output.WriteLineAsync($"encrypted {written} webhook secrets with the current key; {failed} could not be decrypted");
        return failed == 0 ? 0 : 1;
    }

    private async Task<List<Row>> ReadAsync(string current, Guid endpoint, long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadSql);
        command.Parameters.AddWithValue("current", current);
        command.Parameters.AddWithValue("endpoint", endpoint);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("batch", Batch);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new Row(reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3)));
        }

        return rows;
    }

    private async Task<string?> DecryptAsync(Row row)
    {
        try
        {
            return cipher.Decrypt(row.Stored, row.Name);
        }
        catch (DecryptionException exception)
        {
            await output.WriteLineAsync(exception.Message);
            return null;
        }
    }

    private async Task<bool> WriteAsync(Row row, string fresh, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WriteSql);
        command.Parameters.AddWithValue("endpoint", row.Endpoint);
        command.Parameters.AddWithValue("id", row.Id);
        command.Parameters.AddWithValue("stale", row.Stored);
        command.Parameters.AddWithValue("fresh", fresh);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private sealed record Row(Guid Endpoint, long Id, string Stored, string Name);
}
