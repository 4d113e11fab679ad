using System.Text;
using AsyncStack.Core.Storage;

namespace AsyncStack.Worker.Execution;

/// <summary>Keeps small results in the job's row and moves larger ones to object storage.</summary>
public sealed class ResultStore(IObjectStorage storage)
{
    /// <summary>Longest result in the job's row, in bytes of UTF-8.</summary>
    public const int MaxInlineBytes = 64 * 1024;

    /// <summary>Whether the result may lie in the job's row.</summary>
    public static bool IsInline(string? json) =>
        json is null || json.Length <= MaxInlineBytes / 3 || Encoding.UTF8.GetByteCount(json) <= MaxInlineBytes;

    /// <summary>The result as the job's row takes it: inline or as an address.</summary>
    public async Task<(string? Json, string? Uri)> PlaceAsync(
        Guid id, int attempt, string? json, string? uri, CancellationToken cancellationToken)
    {
        if (IsInline(json))
        {
            return (json, uri);
        }

        // An attempt has an address of its own, so that an abandoned one cannot overwrite what its successor stored.
        var address = new ObjectUri(StorageBuckets.JobResults, $"{id}/{attempt}/result.json");
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(json!), writable: false);
        await storage.PutAsync(address, content, cancellationToken: cancellationToken);
        return (null, address.ToString());
    }
}
