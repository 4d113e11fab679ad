using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.Api.Requests;

/// <summary>
/// The headers <c>If-Match</c> and <c>If-None-Match</c> (RFC 9110 section 13.1) of a thing whose strong entity tag is its version,
/// such as <c>"3"</c>.
/// </summary>
/// <param name="Match">The versions of <c>If-Match</c>; null when it is absent or <c>*</c>, which any version meets.</param>
/// <param name="NoneMatch">The versions of <c>If-None-Match</c>; null when it is absent.</param>
/// <param name="NoneMatchesAny">Whether <c>If-None-Match</c> is <c>*</c>, which no version meets.</param>
internal sealed record Preconditions(long[]? Match, long[]? NoneMatch, bool NoneMatchesAny)
{
    /// <summary>Reads both; a malformed one is put down in the errors, since ignoring it would overwrite what its sender meant to protect.</summary>
    public static Preconditions Read(HttpRequest request, FieldErrors errors)
    {
        var (match, _) = ReadTags(HeaderNames.IfMatch, request.Headers.IfMatch, weakToo: false, errors);
        var (noneMatch, any) = ReadTags(HeaderNames.IfNoneMatch, request.Headers.IfNoneMatch, weakToo: true, errors);
        return new Preconditions(match, noneMatch, any);
    }

    /// <summary>The entity tag of a version.</summary>
    public static string Tag(long version) => $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>Whether <c>If-Match</c> lets the request pass.</summary>
    public bool MatchMet(long version) => Match is null || Match.Contains(version);

    /// <summary>Whether <c>If-None-Match</c> lets the request pass.</summary>
    public bool NoneMatchMet(long version) => !NoneMatchesAny && NoneMatch?.Contains(version) != true;

    // A tag of another form is well-formed and names no version of ours.
    private static (long[]? Versions, bool Any) ReadTags(string header, StringValues values, bool weakToo, FieldErrors errors)
    {
        if (values.Count == 0)
        {
            return (null, false);
        }

        if (!EntityTagHeaderValue.TryParseStrictList([.. values!], out var tags) || tags.Count == 0)
        {
            errors.Add(header, $"{header} is '{values}'; it must be * or a list of entity tags such as \"3\".", StatusCodes.Status400BadRequest);
            return (null, false);
        }

        return tags.Contains(EntityTagHeaderValue.Any)
            ? (null, true)
            : ([.. tags.Where(t => weakToo || !t.IsWeak).Select(t => Version(t.Tag)).OfType<long>()], false);
    }

    private static long? Version(StringSegment tag) =>
        long.TryParse(tag.AsSpan()[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var version) && tag == Tag(version) ? version : null;
}
