using AsyncStack.Api.Identity;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AsyncStack.Api.OpenApi;

/// <summary>Says how callers show who they are, which scope each operation asks for, and how it refuses.</summary>
internal sealed class SecurityTransformer : IOpenApiOperationTransformer, IOpenApiDocumentTransformer
{
    private const string KeyScheme = "key";
    private const string BearerScheme = "bearer";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [KeyScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = CredentialHandler.KeyHeader,
                Description = $"An API key, made at `/api/v1/keys`. Scopes: {string.Join(", ", ScopeNames.All.Select(s => $"`{s}`"))}; `admin` includes all others.",
            },
            [BearerScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, or a token of the OpenID Connect issuer that is configured.",
            },
        };
        return Task.CompletedTask;
    }

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (EndpointAccess.ScopesOf(context.Description.ActionDescriptor.EndpointMetadata) is not { } scopes)
        {
            return Task.CompletedTask;
        }

        var names = scopes.NamesOf();
        operation.Security = [Requirement(KeyScheme, names, context.Document), Requirement(BearerScheme, names, context.Document)];
        foreach (var status in new[] { StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden })
        {
            if (operation.Responses!.TryGetValue($"{status}", out var response))
            {
                response.Description = Problems.Describe(status);
                response.Content!.Values.Single().Example = Problems.Example(status);
            }
        }

        return Task.CompletedTask;
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, string[] scopes, OpenApiDocument? document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [.. scopes] };
}
