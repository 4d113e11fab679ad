using System.Globalization;
using AsyncStack.Core.Storage;

namespace AsyncStack.Api.Backups;

/// <summary>
/// <c>AsyncStack.Api backup put FILE --keep N | list | get NAME FILE</c>: keeps dumps of the database in object storage, in the bucket
/// <see cref="Bucket"/>, named by the time they were stored at.
/// </summary>
internal sealed class BackupCommand(IObjectStorage storage, TimeProvider time, TextWriter output)
{
    public const string Bucket = "backups";
    private const string Usage = "usage: backup put FILE --keep N | list | get NAME FILE";

    public static async Task<int> RunAsync(WebApplicationBuilder builder, IReadOnlyList<string> words)
    {
        builder.AddServiceDefaults();
        builder.AddObjectStorage("storage");
        await using var app = builder.Build();
        var command = new BackupCommand(app.Services.GetRequiredService<IObjectStorage>(), app.Services.GetRequiredService<TimeProvider>(), Console.Out);
        return await command.RunAsync(words, app.Lifetime.ApplicationStopping);
    }

    /// <returns>The exit code: 0 done, 2 wrong words.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        switch (words)
        {
            case ["put", var file, "--keep", var keep] when int.TryParse(keep, CultureInfo.InvariantCulture, out var count) && count > 0:
                await PutAsync(file, count, cancellationToken);
                return 0;
            case ["list"]:
                foreach (var backup in await ListAsync(cancellationToken))
                    await output.WriteLineAsync($"{backup.Uri.Key} {backup.Size}");
                return 0;
            case ["get", var name, var file]:
                await GetAsync(name, file, cancellationToken);
                return 0;
            default:
                await output.WriteLineAsync(Usage);
                return 2;
        }
    }

    private async Task PutAsync(string file, int keep, CancellationToken cancellationToken)
    {
        await storage.EnsureBucketAsync(Bucket, cancellationToken);
        var uri = new ObjectUri(Bucket, $"{time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}.dump");
        await using (var content = File.OpenRead(file))
            await storage.PutAsync(uri, content, cancellationToken: cancellationToken);
        await output.WriteLineAsync($"stored {uri}");

        // Only once the new one is whole; names are in order of time.
        foreach (var old in (await ListAsync(cancellationToken)).SkipLast(keep))
        {
            await storage.DeleteAsync(old.Uri, cancellationToken);
            await output.WriteLineAsync($"removed {old.Uri}");
        }
    }

    private async Task GetAsync(string name, string file, CancellationToken cancellationToken)
    {
        await using var content = await storage.OpenAsync(new ObjectUri(Bucket, name), cancellationToken: cancellationToken);
        await using var target = File.Create(file);
        await content.Stream.CopyToAsync(target, cancellationToken);
    }

    private async Task<List<ObjectInfo>> ListAsync(CancellationToken cancellationToken) =>
        await storage.ListAsync(Bucket, cancellationToken: cancellationToken).Where(o => o.Uri.Key.EndsWith(".dump", StringComparison.Ordinal)).ToListAsync(cancellationToken);
}
