using Microsoft.AspNetCore.Http.Metadata;

namespace AsyncStack.Api.OpenApi;

/// <summary>Describes endpoints in the route table.</summary>
internal static class OperationExtensions
{
    /// <summary>Names the endpoint and says what the document is to say of it.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="name">The operation id, unique.</param>
    /// <param name="summary">What it does, in one line.</param>
    /// <param name="describe">Adds what it takes and answers.</param>
    public static RouteHandlerBuilder Describe(
        this RouteHandlerBuilder endpoint, string name, string summary, Func<Operation, Operation> describe)
    {
        var operation = describe(new Operation());
        endpoint.WithName(name).WithSummary(summary).WithMetadata(operation);
        if (operation.Json is var (type, _))
        {
            endpoint.WithMetadata(new Described(type));
        }

        foreach (var answer in operation.Answered)
        {
            var media = answer.Body == typeof(Problem) ? Problems.MediaType : "application/json";
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(answer.Status, answer.Body ?? typeof(void), answer.Body is null ? [] : [media]));
        }

        return endpoint;
    }

    // Without content types, so that routing sends nothing away: handlers say themselves what is wrong with one.
    private sealed record Described(Type RequestType) : IAcceptsMetadata
    {
        IReadOnlyList<string> IAcceptsMetadata.ContentTypes => [];

        bool IAcceptsMetadata.IsOptional => false;
    }
}
