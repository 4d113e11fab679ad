using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AsyncStack.Api.OpenApi;

/// <summary>Puts what the route table says of an operation into the document.</summary>
internal sealed class OperationTransformer : IOpenApiOperationTransformer
{
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Operation>().FirstOrDefault() is not { } said)
        {
            return;
        }

        operation.Description = said.Description;
        operation.Parameters = [.. Merge(operation.Parameters ?? [], said.Parameters)];
        await AddBodyAsync(operation, said, context, cancellationToken);
        foreach (var answer in said.Answered)
        {
            Complete((OpenApiResponse)operation.Responses![answer.Status.ToString(CultureInfo.InvariantCulture)], answer);
        }
    }

    private static IEnumerable<IOpenApiParameter> Merge(IList<IOpenApiParameter> found, List<OpenApiParameter> said)
    {
        foreach (var parameter in found.OfType<OpenApiParameter>().Where(f => !said.Exists(s => s.Name == f.Name && s.In == f.In)))
        {
            parameter.Description ??= parameter is { In: ParameterLocation.Path, Name: "id" } ? "The id." : null;
            yield return parameter;
        }

        foreach (var parameter in said)
        {
            yield return parameter;
        }
    }

    private static async Task AddBodyAsync(
        OpenApiOperation operation, Operation said, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (said.Json is var (_, example))
        {
            operation.RequestBody!.Content!["application/json"].Example = JsonNode.Parse(example);
        }

        if (said.Form is { } form)
        {
            AddBody(operation, "multipart/form-data", await context.GetOrCreateSchemaAsync(form, null, cancellationToken));
        }

        if (said.Bytes)
        {
            AddBody(operation, "application/octet-stream", new OpenApiSchema());
        }
    }

    private static void AddBody(OpenApiOperation operation, string mediaType, OpenApiSchema schema)
    {
        var body = operation.RequestBody as OpenApiRequestBody ?? new OpenApiRequestBody { Required = true };
        body.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
        body.Content[mediaType] = new OpenApiMediaType { Schema = schema };
        operation.RequestBody = body;
    }

    private static void Complete(OpenApiResponse response, Answer answer)
    {
        response.Description = answer.Description;
        response.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
        if (answer.Example is { } example)
        {
            response.Content.Values.Single().Example = JsonNode.Parse(example);
        }

        foreach (var mediaType in answer.Texts)
        {
            response.Content[mediaType] = new OpenApiMediaType { Schema = Schemas.Text() };
        }

        foreach (var (name, description) in answer.Headers)
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            response.Headers[name] = new OpenApiHeader { Description = description, Schema = Schemas.Text() };
        }
    }
}
