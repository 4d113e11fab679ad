using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.Web.Pages;

/// <summary>One built file, with its compressed forms where they are.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="ContentType">What it is.</param>
/// <param name="Hash">Of its content, for its entity tag.</param>
/// <param name="Encodings">The content codings that lie beside it, the smallest first.</param>
internal sealed record PageFile(string Path, string ContentType, string Hash, IReadOnlyList<Coding> Encodings)
{
    private static readonly Coding[] Codings = [new("br", ".br"), new("gzip", ".gz")];
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    /// <summary>Every file below a folder by its path in it; those that are a coding of another are part of that.</summary>
    public static Dictionary<string, PageFile> ReadAll(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(f => !Array.Exists(Codings, c => f.EndsWith(c.Suffix, StringComparison.Ordinal)))
                .ToDictionary(f => System.IO.Path.GetRelativePath(folder, f).Replace('\\', '/'), Read, StringComparer.Ordinal)
            : [];

    /// <summary>The form that a request gets by its <c>Accept-Encoding</c>; null for the file as it is.</summary>
    public Coding? CodingFor(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        foreach (var coding in Encodings)
        {
            if (accepted.Any(a => Accepts(a, coding)))
                return coding;
        }

        return null;
    }

    private static bool Accepts(StringWithQualityHeaderValue accepted, Coding coding) =>
        accepted.Quality is null or > 0 && accepted.Value.Equals(coding.Name, StringComparison.OrdinalIgnoreCase);

    private static PageFile Read(string path) => new(
        path,
        ContentTypes.TryGetContentType(path, out var type) ? type : "application/octet-stream",
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))[..16],
        [.. Codings.Where(c => File.Exists(path + c.Suffix))]);
}

/// <summary>A content coding.</summary>
/// <param name="Name">As HTTP names it.</param>
/// <param name="Suffix">What the file that has it ends with.</param>
internal sealed record Coding(string Name, string Suffix);
