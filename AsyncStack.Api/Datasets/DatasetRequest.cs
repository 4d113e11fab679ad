using System.Text;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Storage;

namespace AsyncStack.Api.Datasets;

/// <summary>What a caller says about a dataset, checked.</summary>
internal sealed record DatasetRequest(string OwnerId, string Name, DatasetFormat Format)
{
    private const int MaxOwnerIdLength = 45;
    private const int MaxNameLength = 100;
    private const int MaxFileNameBytes = 200;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks the parts; what the file's name tells stands in for those that are missing. Null when the errors say why not.</summary>
    public static DatasetRequest? Check(string? ownerId, string? name, string? format, string? fileName, FieldErrors errors)
    {
        var (stem, extension) = Split(fileName);
        CheckPart("owner_id", ownerId, MaxOwnerIdLength, errors);
        CheckPart("name", name ??= stem, MaxNameLength, errors);
        var kind = CheckFormat(format ?? extension, errors);
        return errors.Any ? null : new DatasetRequest(ownerId!, name!, kind!.Value);
    }

    /// <summary>Where the file lies. A name that is too long for a file name is shortened there, and only there.</summary>
    public ObjectUri UriOf(Guid id)
    {
        var extension = "." + Format.ToText();
        var name = Name;
        while (Encoding.UTF8.GetByteCount(name) > MaxFileNameBytes - extension.Length)
        {
            name = name[..^(char.IsLowSurrogate(name[^1]) ? 2 : 1)];
        }

        return new ObjectUri(StorageBuckets.Datasets, $"{OwnerId}/{id}/{name}{extension}");
    }

    private static void CheckPart(string field, string? text, int maxLength, FieldErrors errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            errors.Add(field, $"{field} is required: a text of 1 to {maxLength} characters.");
        }
        else if (text.Length > maxLength)
        {
            errors.Add(field, $"{field} has {text.Length} characters; it must have 1 to {maxLength}.");
        }
        else if (!IsValidText(text) || text.Any(c => char.IsControl(c) || c is '/' or '\\') || text.All(c => c == '.'))
        {
            errors.Add(field, $"{field} must hold no slashes, no control characters and not dots alone; leave those out.");
        }
    }

    private static DatasetFormat? CheckFormat(string? text, FieldErrors errors)
    {
        var format = text is null ? null : DatasetFormats.Parse(text);
        if (format is null)
        {
            errors.Add("format", text switch
            {
                null => $"format is required, since the file's name does not tell it; it must be one of {DatasetFormats.Known}.",
                "parquet" => $"format is 'parquet', which is not served yet; convert the file to one of {DatasetFormats.Known}.",
                _ => $"format is '{(text.Length <= 40 ? text : text[..40] + "…")}'; it must be one of {DatasetFormats.Known}.",
            });
        }

        return format;
    }

    private static bool IsValidText(string text)
    {
        try
        {
            return StrictUtf8.GetByteCount(text) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    // Some clients send the whole path; gzip is no format of its own.
    private static (string? Stem, string? Format) Split(string? path)
    {
        var name = path?[(path.LastIndexOfAny(['/', '\\']) + 1)..] ?? "";
        var plain = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        var dot = plain.LastIndexOf('.');
        var format = dot < 0 ? null : plain[(dot + 1)..].ToLowerInvariant() switch
        {
            "csv" or "tsv" or "txt" => "csv",
            "json" or "ndjson" or "jsonl" => "json",
            "parquet" => "parquet",
            _ => null,
        };
        return (format is null ? plain : plain[..dot], format);
    }
}
