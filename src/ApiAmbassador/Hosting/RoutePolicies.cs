using System.Threading.RateLimiting;
using ApiAmbassador.Configuration;
using ApiAmbassador.Routing;
using Microsoft.AspNetCore.OutputCaching;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Hosting;

/// <summary>
/// The framework's middleware for the policies that YARP's routes refer to by name, registered from <c>Ambassador:Policies</c>. Routes
/// that name none do not pass through it.
/// </summary>
internal static class RoutePolicies
{
    private const int SlidingSegments = 8;

    /// <summary>Marks the endpoints of routes that name a policy.</summary>
    private static readonly object Marker = new NamesPolicy();

    /// <summary>Registers every policy under its name.</summary>
    public static void AddRoutePolicies(this IServiceCollection services, PolicyOptions policies, bool hasBearer)
    {
        var authentication = services.AddAuthentication(BearerScheme.Name);
        if (hasBearer)
        {
            authentication.AddJwtBearer(); // Reads Authentication:Schemes:Bearer itself.
        }

        var authorization = services.AddAuthorizationBuilder();
        foreach (var (name, options) in policies.Authorization)
        {
            authorization.AddPolicy(name, policy =>
            {
                policy.RequireAuthenticatedUser();
                _ = options.Roles.Count > 0 ? policy.RequireRole(options.Roles) : policy;
                foreach (var (claim, values) in options.Claims)
                {
                    _ = values.Count > 0 ? policy.RequireClaim(claim, values) : policy.RequireClaim(claim);
                }
            });
        }

        services.AddCors(cors =>
        {
            foreach (var (name, options) in policies.Cors)
            {
                cors.AddPolicy(PolicyRule.IsDefault(name) ? cors.DefaultPolicyName : name, Cors(options));
            }
        });
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            foreach (var (name, options) in policies.RateLimiter)
            {
                limiter.AddPolicy(name, _ => Partition(name, options));
            }
        });
        services.AddRequestTimeouts(timeouts =>
        {
            foreach (var (name, timeout) in policies.Timeout)
            {
                timeouts.AddPolicy(name, timeout);
            }
        });
        services.AddOutputCache(cache =>
        {
            foreach (var (name, options) in policies.OutputCache)
            {
                cache.AddPolicy(name, policy => policy
                    .Expire(options.Duration)
                    .SetVaryByQuery([.. options.VaryByQuery ?? ["*"]])
                    .SetVaryByHeader([.. options.VaryByHeader])
                    .AddPolicy<DestinationForbidsCaching>());
            }
        });
    }

    /// <summary>Adds the steps, for requests to routes that name a policy. They are made for the first of those: most have none.</summary>
    public static void UseRoutePolicies(this WebApplication app)
    {
        // Otherwise the framework puts both before everything, for all routes.
        IApplicationBuilder main = app;
        main.Properties["__AuthenticationMiddlewareSet"] = main.Properties["__AuthorizationMiddlewareSet"] = true;

        var branch = main.New()
            .UseRequestTimeouts()
            .UseCors() // Before all that may refuse, so that a page of another origin can read the refusal.
            .UseRateLimiter()
            .UseAuthentication()
            .UseAuthorization()
            .UseOutputCache();
        app.Use(next =>
        {
            branch.Run(next);
            var policies = new Lazy<RequestDelegate>(branch.Build);
            return context => context.GetEndpoint()?.Metadata.GetMetadata<NamesPolicy>() is null ? next(context) : policies.Value(context);
        });
    }

    /// <summary>Marks a route's endpoint, and gives it the one policy that this version of YARP does not know.</summary>
    public static void AddMetadata(IEndpointConventionBuilder endpoint, RouteConfig route)
    {
        var cache = route.Metadata?.GetValueOrDefault(RouteMetadata.OutputCachePolicy);
        if (cache is not null)
        {
            endpoint.WithMetadata(new OutputCacheAttribute { PolicyName = cache, NoStore = cache.Equals("disable", StringComparison.OrdinalIgnoreCase) });
        }

        if (cache is not null || route is not { AuthorizationPolicy: null, CorsPolicy: null, RateLimiterPolicy: null, TimeoutPolicy: null, Timeout: null })
        {
            endpoint.WithMetadata(Marker);
        }
    }

    private static Action<Microsoft.AspNetCore.Cors.Infrastructure.CorsPolicyBuilder> Cors(CorsPolicyOptions options) => policy =>
    {
        _ = options.Origins.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins([.. options.Origins]).SetIsOriginAllowedToAllowWildcardSubdomains();
        _ = options.Methods.Contains("*") ? policy.AllowAnyMethod() : policy.WithMethods([.. options.Methods]);
        _ = options.Headers.Contains("*") ? policy.AllowAnyHeader() : policy.WithHeaders([.. options.Headers]);
        policy.WithExposedHeaders([.. options.ExposedHeaders]);
        // Both together make the framework throw while the settings are still being checked; the validator says it in a sentence.
        _ = options.Credentials && !options.Origins.Contains("*") ? policy.AllowCredentials() : policy.DisallowCredentials();
        _ = options.PreflightMaxAge is { } age ? policy.SetPreflightMaxAge(age) : policy;
    };

    private static RateLimitPartition<string> Partition(string name, RateLimiterPolicyOptions options) => options.Kind switch
    {
        RateLimiterKind.SlidingWindow => RateLimitPartition.GetSlidingWindowLimiter(name, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = options.PermitLimit, Window = options.Window, QueueLimit = options.QueueLimit, SegmentsPerWindow = SlidingSegments,
        }),
        RateLimiterKind.TokenBucket => RateLimitPartition.GetTokenBucketLimiter(name, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.PermitLimit, ReplenishmentPeriod = options.Window / options.PermitLimit, TokensPerPeriod = 1, QueueLimit = options.QueueLimit,
        }),
        RateLimiterKind.Concurrency => RateLimitPartition.GetConcurrencyLimiter(name, _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = options.PermitLimit, QueueLimit = options.QueueLimit,
        }),
        _ => RateLimitPartition.GetFixedWindowLimiter(name, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = options.PermitLimit, Window = options.Window, QueueLimit = options.QueueLimit,
        }),
    };

    private sealed class NamesPolicy;

    /// <summary>The framework's cache asks only itself; the destination's word counts as well.</summary>
    private sealed class DestinationForbidsCaching : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            var control = context.HttpContext.Response.GetTypedHeaders().CacheControl;
            if (control is { NoStore: true } or { Private: true } or { NoCache: true })
            {
                context.AllowCacheStorage = false;
            }

            return ValueTask.CompletedTask;
        }
    }
}
