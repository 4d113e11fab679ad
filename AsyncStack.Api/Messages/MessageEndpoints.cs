using AsyncStack.Api.Requests;
using AsyncStack.Core.Messages;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.Api.Messages;

/// <summary>Save a message and look at those that were saved. Saving by GET is what callers of this interface do.</summary>
internal static class MessageEndpoints
{
    private static readonly string[] SaveMethods = [HttpMethods.Get, HttpMethods.Post];

    public static void MapMessages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", Home).WithName("GetRoot");
        app.MapGet("/home", Home).WithName("GetHome");
        app.MapMethods("/save", SaveMethods, SaveAsync).WithName("SaveMessage");
        app.MapGet("/view", ViewAsync).WithName("ViewMessages");
    }

    private static IResult Home(IOptions<MessageOptions> options) => MessagePages.Home(options.Value.OwnerName);

    private static async Task<IResult> SaveAsync(
        HttpRequest request, MessageIntake intake, IOptions<MessageOptions> options, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var data = ReadData(request.Query, errors);
        var template = ReadTemplate(request.Query, errors);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        var owner = options.Value.OwnerName;
        var at = await intake.QueueAsync(new SavedMessage(data, owner), cancellationToken);
        return MessagePages.Taken(template, data, owner, at);
    }

    private static async Task<IResult> ViewAsync(
        HttpRequest request, HttpResponse response, MessageViews messages, IOptions<MessageOptions> options, CancellationToken cancellationToken)
    {
        var view = await messages.ReadAsync(cancellationToken);
        response.Headers.Vary = HeaderNames.Accept;
        response.Headers.CacheControl = "no-store";
        return PrefersJson(request) ? Results.Json(view, MessageJson.Default.SavedView) : MessagePages.View(view, options.Value.OwnerName);
    }

    private static string ReadData(IQueryCollection query, FieldErrors errors)
    {
        var values = query["data"];
        var data = values.Count == 1 ? values[0]! : "";
        if (values.Count > 1)
        {
            errors.Add("data", $"data is given {values.Count} times; give it once.");
        }
        else if (data.Length is 0 or > SavedMessage.MaxContentLength)
        {
            errors.Add("data", $"data has {data.Length} characters; it must have 1 to {SavedMessage.MaxContentLength}.");
        }
        else
        {
            errors.CheckText("data", data);
        }

        return data;
    }

    private static string ReadTemplate(IQueryCollection query, FieldErrors errors)
    {
        var values = query["template"];
        var template = values.Count == 0 ? MessagePages.DefaultTemplate : values.ToString();
        if (!MessagePages.Has(template))
        {
            var shown = template.Length <= 40 ? template : template[..40] + "…";
            errors.Add("template", $"template is '{shown}'; known are {MessagePages.Known}.");
        }

        return template;
    }

    // RFC 9110 section 12.5.1; of equals HTML goes first, since browsers ask for anything.
    private static bool PrefersJson(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality(accepted, "application/json") > Quality(accepted, "text/html");
    }

    private static double Quality(IList<MediaTypeHeaderValue> accepted, string type)
    {
        var media = new MediaTypeHeaderValue(type);
        var closest = accepted.Where(media.IsSubsetOf).OrderBy(a => a.MatchesAllTypes).ThenBy(a => a.MatchesAllSubTypes).FirstOrDefault();
        return closest is null ? 0 : closest.Quality ?? 1;
    }
}
