using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>Text with promises in it, put together when the graph starts.</summary>
public sealed class ReferenceExpression : IManifestExpressionProvider, IValueProvider
{
    private readonly string[] _manifestExpressions;

    private ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders)
    {
        Format = format;
        ValueProviders = valueProviders;
        _manifestExpressions = [.. valueProviders.Select(p => ((IManifestExpressionProvider)p).ValueExpression)];
    }

    /// <summary>The text, as a composite format.</summary>
    public string Format { get; }

    /// <summary>The promises, by position.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>The promises' names, by position.</summary>
    public IReadOnlyList<string> ManifestExpressions => _manifestExpressions;

    /// <inheritdoc />
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, _manifestExpressions);

    /// <summary>Makes an expression from an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.GetExpression();

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
        => GetValueAsync(new ValueProviderContext(), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default)
    {
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = await ValueProviders[i].GetValueAsync(context, cancellationToken);
        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Collects an interpolated string without evaluating its promises.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler
    {
        private readonly StringBuilder _format;
        private readonly List<IValueProvider> _providers;

        /// <summary>Called by the compiler.</summary>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
        {
            _format = new StringBuilder(literalLength + (formattedCount * 3));
            _providers = new List<IValueProvider>(formattedCount);
        }

        /// <summary>Adds text.</summary>
        public readonly void AppendLiteral(string value) => Escape(value);

        /// <summary>Adds text.</summary>
        public readonly void AppendFormatted(string? value) => Escape(value ?? "");

        /// <summary>Adds a promise.</summary>
        public readonly void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider
        {
            _format.Append('{').Append(_providers.Count).Append('}');
            _providers.Add(valueProvider);
        }

        /// <summary>Adds a resource's value.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider
            => AppendFormatted(valueProvider.Resource);

        internal readonly ReferenceExpression GetExpression() => new(_format.ToString(), _providers);

        private readonly void Escape(string value)
            => _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
    }
}
