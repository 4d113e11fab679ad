using System.Buffers.Binary;
using System.Buffers.Text;
using AsyncStack.Api.Requests;

namespace AsyncStack.Api;

/// <summary>
/// One page of a list, newest first: <c>?limit=</c> (1 to 100, default 50) and <c>?cursor=</c>, which the <c>Link</c>
/// header (RFC 8288) of the page before gave. The body stays a plain array.
/// </summary>
/// <param name="Limit">Items on the page at the most.</param>
/// <param name="Before">Only items with a smaller id than this.</param>
internal sealed record Paging(int Limit, Guid? Before)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 100;

    /// <summary>Reads the page asked for; what is wrong is put down in the errors.</summary>
    public static Paging Read(HttpRequest request, FieldErrors errors) => new(ReadLimit(request, errors), ReadCursor(request, errors));

    /// <summary>
    /// Cuts a list that was asked for one item more than the page holds, and links the next page when there is one.
    /// </summary>
    public List<T> Cut<T>(List<T> items, Func<T, Guid> id, HttpContext context)
    {
        if (items.Count <= Limit)
        {
            return items;
        }

        var page = items[..Limit];
        LinkNext(context, Base64Url.EncodeToString(id(page[^1]).ToByteArray(bigEndian: true)));
        return page;
    }

    /// <summary>Links the page that this cursor gives.</summary>
    public static void LinkNext(HttpContext context, string cursor)
    {
        var query = QueryString.Create(context.Request.Query.Where(q => q.Key is not "cursor").Append(new("cursor", cursor)));
        context.Response.Headers.Link = $"<{context.Request.Path}{query}>; rel=\"next\"";
    }

    /// <summary>A place of a list that is ordered by a number instead of an id, for <see cref="Cut"/>.</summary>
    public static Guid Place(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>The number of such a place, before which the page begins; null for the first page.</summary>
    public int? BeforeNumber => Before is { } place ? BinaryPrimitives.ReadInt32BigEndian(place.ToByteArray(bigEndian: true)) : null;

    /// <summary>The limit alone, for a list whose cursor is of another form.</summary>
    public static int ReadLimit(HttpRequest request, FieldErrors errors)
    {
        var text = request.Query["limit"].ToString();
        if (text.Length == 0)
        {
            return DefaultLimit;
        }

        if (int.TryParse(text, out var limit) && limit is >= 1 and <= MaxLimit)
        {
            return limit;
        }

        errors.Add("limit", $"limit is '{text}'; it must be a whole number from 1 to {MaxLimit}.");
        return DefaultLimit;
    }

    private static Guid? ReadCursor(HttpRequest request, FieldErrors errors)
    {
        var text = request.Query["cursor"].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (text.Length == 22 && Base64Url.IsValid(text, out var length) && length == 16)
        {
            Base64Url.DecodeFromChars(text, bytes);
            return new Guid(bytes, bigEndian: true);
        }

        errors.Add("cursor", $"cursor is '{text}'; take it from the Link header of the page before.");
        return null;
    }
}
