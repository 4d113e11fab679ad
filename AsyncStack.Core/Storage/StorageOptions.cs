namespace AsyncStack.Core.Storage;

/// <summary>Settings of the section <c>Storage</c>. Where objects are is said by the connection string.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>
    /// The address by which callers reach the Api, the gateway's for one, put before the file driver's signed URLs.
    /// Null, the default, makes them relative (<c>/api/v1/files/…</c>). The S3 driver does not use it.
    /// </summary>
    public Uri? PublicBaseUrl { get; set; }

    /// <summary>The largest body, in bytes, that a signed upload URL of the file driver takes; larger ones get 413. Default 5 GiB, as S3 has it.</summary>
    public long MaxUploadBytes { get; set; } = 5L << 30;
}
