using System.Buffers;
using AsyncStack.Api.Identity;
using AsyncStack.Api.Requests;

namespace AsyncStack.Api.Audit;

/// <summary>
/// Who gives a command: the caller, as its credential names it. Only where nobody has to show one it is what the header <c>X-Actor</c>
/// says, which is written down and not proven.
/// </summary>
internal static class Actor
{
    public const string Header = "X-Actor";

    private const int MaxLength = 100;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@+:/");

    /// <summary>Refuses requests whose actor is no name with 422, before anything is done.</summary>
    public static TBuilder ByActor<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddEndpointFilter(async (call, next) => Refuse(call.HttpContext.Request) ?? await next(call));

    /// <summary>The actor of a request that <see cref="ByActor"/> let pass.</summary>
    public static string Of(HttpContext context)
    {
        var caller = CallerIdentity.Of(context) ?? CallerIdentity.Anonymous;
        return caller == CallerIdentity.Anonymous && Text(context.Request) is { Length: > 0 } name ? name : caller.CallerName;
    }

    private static IResult? Refuse(HttpRequest request)
    {
        if (CallerIdentity.Of(request.HttpContext) != CallerIdentity.Anonymous)
        {
            return null;
        }

        var text = Text(request);
        if (text.Length <= MaxLength && !text.AsSpan().ContainsAnyExcept(Characters))
        {
            return null;
        }

        var errors = new FieldErrors();
        errors.Add(Header, text.Length > MaxLength
            ? $"{Header} has {text.Length} characters; it may have {MaxLength}."
            : $"{Header} is '{text}'; it may hold letters, digits and -_.@+:/ only.");
        return errors.ToResult();
    }

    private static string Text(HttpRequest request) => request.Headers[Header].ToString();
}
